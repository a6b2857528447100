import assert from 'node:assert/strict';
import type { ContractCase } from './contract.js';
import { batchOf, contextOf, rowsNamed } from './sink-rows.js';
import { roomCase } from './room-case.js';
import { ids, published, staged, type SinkSubject } from './sink-subject.js';

/** The promises of a sink. */
export const sinkCases: readonly ContractCase<SinkSubject>[] = [
  {
    name: 'nothing is visible before it is published, then all of it',
    async run(subject) {
      const writer = await subject.sink.open(contextOf());
      assert.equal(await writer.published(), -1);
      writer.write(batchOf(rowsNamed('a', 'b')));
      writer.write(batchOf(rowsNamed('c', 'd', 'e'), undefined, [0, 2]));
      writer.seal(0);
      assert.deepEqual(await ids(subject), []);
      const stage = await writer.stage(0);
      assert.deepEqual(await ids(subject), []);
      assert.equal(await writer.published(), -1);
      await writer.publish({ checkpoint: 0, staged: stage, final: false });
      assert.deepEqual(await ids(subject), ['a', 'b', 'c', 'e']);
      assert.equal(await writer.published(), 0);
      await writer.close();
      assert.deepEqual(await ids(subject), ['a', 'b', 'c', 'e']);
    },
  },
  {
    name: 'what is written behind a seal belongs to the next stage',
    async run(subject) {
      const writer = await subject.sink.open(contextOf());
      writer.write(batchOf(rowsNamed('a')));
      writer.seal(0);
      writer.write(batchOf(rowsNamed('b')));
      const first = await writer.stage(0);
      writer.write(batchOf(rowsNamed('c')));
      await writer.publish({ checkpoint: 0, staged: first, final: false });
      assert.deepEqual(await ids(subject), ['a']);
      await published(writer, 1);
      assert.deepEqual(await ids(subject), ['a', 'b', 'c']);
      await writer.close();
    },
  },
  {
    name: 'a stage without rows counts as published too',
    async run(subject) {
      const writer = await subject.sink.open(contextOf());
      await published(writer, 0);
      await published(writer, 1, 'a');
      await published(writer, 2);
      assert.equal(await writer.published(), 2);
      assert.deepEqual(await ids(subject), ['a']);
      await writer.close();
      const again = await (await subject.again()).open(contextOf({ restored: 2 }));
      assert.equal(await again.published(), 2);
      await again.close();
    },
  },
  {
    name: 'publishing twice is publishing once',
    async run(subject) {
      const writer = await subject.sink.open(contextOf());
      const stage = await staged(writer, 0, 'a', 'b');
      for (let i = 0; i < 3; i++) await writer.publish({ checkpoint: 0, staged: stage, final: false });
      assert.deepEqual(await ids(subject), ['a', 'b']);
      await writer.close();
      const again = await (await subject.again()).open(contextOf({ restored: 0 }));
      await again.publish({ checkpoint: 0, staged: stage, final: false });
      assert.deepEqual(await ids(subject), ['a', 'b']);
      await again.close();
    },
  },
  {
    name: 'a late repeat of an older checkpoint changes nothing',
    async run(subject) {
      const writer = await subject.sink.open(contextOf());
      const first = await staged(writer, 0, 'a');
      await writer.publish({ checkpoint: 0, staged: first, final: false });
      const second = await staged(writer, 1, 'b');
      const again = await (await subject.again()).open(contextOf({ restored: 1 }));
      await again.publish({ checkpoint: 1, staged: second, final: false });
      await published(again, 2, 'c');
      // The process that was taken over wakes up.
      await writer.publish({ checkpoint: 1, staged: second, final: false });
      await writer.publish({ checkpoint: 0, staged: first, final: false });
      assert.deepEqual(await ids(subject), ['a', 'b', 'c']);
      assert.equal(await again.published(), 2);
      await Promise.all([writer.close(), again.close()]);
    },
  },
  {
    name: 'a crash between commit and publish is made good by publishing at the restart',
    async run(subject) {
      const writer = await subject.sink.open(contextOf());
      await published(writer, 0, 'a');
      const stage = await staged(writer, 1, 'b', 'c');
      const again = await (await subject.again()).open(contextOf({ restored: 1 }));
      assert.equal(await again.published(), 0);
      assert.deepEqual(await ids(subject), ['a']);
      await again.publish({ checkpoint: 1, staged: stage, final: false });
      assert.deepEqual(await ids(subject), ['a', 'b', 'c']);
      await again.close();
    },
  },
  {
    name: 'a stage that was never committed is forgotten',
    async run(subject) {
      const writer = await subject.sink.open(contextOf());
      await published(writer, 0, 'a');
      await staged(writer, 1, 'orphan');
      const again = await (await subject.again()).open(contextOf({ restored: 0 }));
      assert.equal(await again.published(), 0);
      await published(again, 1, 'b');
      await published(again, 2, 'c');
      assert.deepEqual(await ids(subject), ['a', 'b', 'c']);
      await again.close();
    },
  },
  {
    name: 'a process that was taken over while it opened removes nothing of its successor',
    async run(subject) {
      const writer = await subject.sink.open(contextOf());
      await published(writer, 0, 'a');
      const again = await (await subject.again()).open(contextOf({ restored: 0, epoch: 2 }));
      const committed = await staged(again, 3, 'b');
      const overtaken = await (await subject.again()).open(contextOf({ restored: 0, epoch: 1 }));
      await again.publish({ checkpoint: 3, staged: committed, final: false });
      assert.deepEqual(await ids(subject), ['a', 'b']);
      await Promise.all([writer.close(), again.close(), overtaken.close()]);
    },
  },
  {
    name: 'a process that was taken over cannot change what its successor has staged',
    async run(subject) {
      const writer = await subject.sink.open(contextOf());
      await published(writer, 0, 'a');
      const again = await (await subject.again()).open(contextOf({ restored: 0 }));
      const committed = await staged(again, 1, 'b');
      await staged(writer, 1, 'zombie');
      await again.publish({ checkpoint: 1, staged: committed, final: false });
      assert.deepEqual(await ids(subject), ['a', 'b']);
      await Promise.all([writer.close(), again.close()]);
    },
  },
  {
    name: 'a sink that is ahead of the checkpoint is refused',
    async run({ sink, again }) {
      const writer = await sink.open(contextOf());
      await published(writer, 0, 'a');
      await published(writer, 1, 'b');
      await writer.close();
      await assert.rejects((await again()).open(contextOf({ restored: 0 })), { code: 'MILLRACE_SINK_AHEAD' });
    },
  },
  {
    name: 'another lineage is refused, once one has published',
    async run(subject) {
      const nobody = await subject.sink.open(contextOf({ lineage: 'L0' }));
      await staged(nobody, 0, 'never');
      await nobody.close();
      const writer = await subject.sink.open(contextOf());
      await published(writer, 0, 'a');
      const foreign = (await subject.again()).open(contextOf({ lineage: 'L2', job: 'other' }));
      await assert.rejects(foreign, { code: 'MILLRACE_LINEAGE_FOREIGN' });
      await published(writer, 1, 'b');
      assert.deepEqual(await ids(subject), ['a', 'b']);
      await writer.close();
    },
  },
  {
    name: 'of two lineages that start at once one gets the sink',
    async run(subject) {
      const one = await subject.sink.open(contextOf());
      const two = await (await subject.again()).open(contextOf({ lineage: 'L2' }));
      await published(one, 0, 'a');
      const late = await staged(two, 0, 'b');
      await assert.rejects(two.publish({ checkpoint: 0, staged: late, final: false }), { code: 'MILLRACE_LINEAGE_FOREIGN' }); // prettier-ignore
      assert.deepEqual(await ids(subject), ['a']);
      await Promise.all([one.close(), two.close()]);
    },
  },
  {
    name: 'many checkpoints, with restarts between them, show every row once',
    async run(subject) {
      const expected: string[] = [];
      let writer = await subject.sink.open(contextOf());
      for (let checkpoint = 0; checkpoint < 24; checkpoint++) {
        const id = `row${String(checkpoint).padStart(2, '0')}`;
        expected.push(id);
        await published(writer, checkpoint, id);
        if (checkpoint % 7 !== 6) continue;
        if (checkpoint % 2 === 0) await writer.close();
        writer = await (await subject.again()).open(contextOf({ restored: checkpoint }));
        assert.equal(await writer.published(), checkpoint);
        assert.deepEqual(await ids(subject), expected);
      }
      assert.deepEqual(await ids(subject), expected);
      await writer.close();
    },
  },
  {
    name: 'close leaves what is not published invisible, and usable',
    async run(subject) {
      const writer = await subject.sink.open(contextOf());
      const stage = await staged(writer, 0, 'a');
      writer.write(batchOf(rowsNamed('never')));
      await writer.close();
      assert.deepEqual(await ids(subject), []);
      const again = await (await subject.again()).open(contextOf({ restored: 0 }));
      await again.publish({ checkpoint: 0, staged: stage, final: false });
      await published(again, 1);
      assert.deepEqual(await ids(subject), ['a']);
      await again.close();
    },
  },
  roomCase,
];
