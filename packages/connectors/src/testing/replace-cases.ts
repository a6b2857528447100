import assert from 'node:assert/strict';
import type { ContractCase } from './contract.js';
import { contextOf } from './sink-rows.js';
import { ids, published, staged, type SinkSubject } from './sink-subject.js';

/** The promises of a sink that can be replaced. */
export const replaceCases: readonly ContractCase<SinkSubject>[] = [
  {
    name: 'the old result is shown until the new one is complete, then only the new one',
    async run(subject) {
      const old = await subject.sink.open(contextOf());
      await published(old, 0, 'a', 'b');
      await old.close();
      const replay = await (await subject.again()).open(contextOf({ lineage: 'L2', publish: 'replace' }));
      assert.equal(await replay.published(), -1);
      await published(replay, 0, 'x');
      assert.equal(await replay.published(), 0);
      assert.deepEqual(await ids(subject), ['a', 'b']);
      const last = await staged(replay, 1, 'y');
      for (let i = 0; i < 2; i++) await replay.publish({ checkpoint: 1, staged: last, final: true });
      assert.deepEqual(await ids(subject), ['x', 'y']);
      assert.equal(await replay.published(), 1);
      await replay.close();
    },
  },
  {
    name: 'afterwards the new lineage owns it, and goes on',
    async run(subject) {
      const old = await subject.sink.open(contextOf());
      await published(old, 0, 'a');
      await old.close();
      const replay = await subject.sink.open(contextOf({ lineage: 'L2', publish: 'replace' }));
      await replay.publish({ checkpoint: 0, staged: await staged(replay, 0, 'x'), final: true });
      await replay.close();
      const refused = (await subject.again()).open(contextOf({ restored: 0 }));
      await assert.rejects(refused, { code: 'MILLRACE_LINEAGE_FOREIGN' });
      const live = await (await subject.again()).open(contextOf({ lineage: 'L2', restored: 0 }));
      assert.equal(await live.published(), 0);
      await published(live, 1, 'y');
      assert.deepEqual(await ids(subject), ['x', 'y']);
      await live.close();
    },
  },
  {
    name: 'it goes on after a crash, also one between the last commit and the swap',
    async run(subject) {
      const old = await subject.sink.open(contextOf());
      await published(old, 0, 'a');
      await old.close();
      const context = contextOf({ lineage: 'L2', publish: 'replace' });
      const first = await subject.sink.open(context);
      await published(first, 0, 'x');
      await staged(first, 1, 'orphan');
      const second = await (await subject.again()).open({ ...context, restored: 0 });
      assert.equal(await second.published(), 0);
      const last = await staged(second, 1, 'y');
      const third = await (await subject.again()).open({ ...context, restored: 1 });
      assert.equal(await third.published(), 0);
      assert.deepEqual(await ids(subject), ['a']);
      await third.publish({ checkpoint: 1, staged: last, final: true });
      assert.deepEqual(await ids(subject), ['x', 'y']);
      await Promise.all([first.close(), second.close(), third.close()]);
    },
  },
  {
    name: 'it is refused while the owner is at work',
    async run(subject) {
      const owner = await subject.sink.open(contextOf());
      await published(owner, 0, 'a');
      const replace = contextOf({ lineage: 'L2', publish: 'replace' });
      await assert.rejects(async () => (await subject.again()).open(replace), { code: 'MILLRACE_SINK_UNFIT' });
      await owner.close();
      const replay = await (await subject.again()).open(replace);
      // The owner is back before the swap.
      const back = await subject.sink.open(contextOf({ restored: 0 }));
      const stage = await staged(replay, 0, 'x');
      await assert.rejects(replay.publish({ checkpoint: 0, staged: stage, final: true }), { code: 'MILLRACE_SINK_UNFIT' }); // prettier-ignore
      assert.deepEqual(await ids(subject), ['a']);
      await back.close();
      await replay.publish({ checkpoint: 0, staged: stage, final: true });
      assert.deepEqual(await ids(subject), ['x']);
      await replay.close();
    },
  },
  {
    name: 'where nothing was shown it is built aside all the same',
    async run(subject) {
      const replay = await subject.sink.open(contextOf({ publish: 'replace' }));
      await published(replay, 0, 'x');
      assert.deepEqual(await ids(subject), []);
      await replay.publish({ checkpoint: 1, staged: await staged(replay, 1), final: true });
      assert.deepEqual(await ids(subject), ['x']);
      await replay.close();
    },
  },
];
