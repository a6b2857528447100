import assert from 'node:assert/strict';
import type { Sink, SinkWriter, Staged } from '@millrace/core/connector';
import { runContract, type ContractCase, type Contracted, type Disposable, type TestRunner } from './contract.js';
import { batchOf, contextOf, rowsNamed } from './sink-rows.js';

/** A sink under test, empty, for rows of `ContractRow` (`id` utf8, `n` int32); a view has the key `id`. */
export interface SinkSubject extends Disposable {
  readonly sink: Sink<never, never>;
  /** Another handle on the same place, as a process has it that starts after a crash. */
  readonly again: () => Promise<Sink<never, never>>;
  /** The `id` of every row that a reader sees now, in any order. */
  readonly visible: () => Promise<readonly string[]>;
}

/** Holds a sink to law 4: stage, commit, publish; each checkpoint's rows once, or not at all. */
export function sinkContract(runner: TestRunner, contracted: Contracted<SinkSubject>): void {
  runContract(runner, 'sink', sinkCases, contracted);
}

async function ids({ visible }: SinkSubject): Promise<string[]> {
  return [...(await visible())].sort();
}

/** Writes, seals and stages one checkpoint; what was staged passes through JSON, as through a manifest. */
async function staged(writer: SinkWriter, checkpoint: number, ...names: readonly string[]): Promise<Staged> {
  if (names.length > 0) writer.write(batchOf(rowsNamed(...names)));
  writer.seal(checkpoint);
  return JSON.parse(JSON.stringify(await writer.stage(checkpoint))) as Staged;
}

async function published(writer: SinkWriter, checkpoint: number, ...names: readonly string[]): Promise<void> {
  await writer.publish({ checkpoint, staged: await staged(writer, checkpoint, ...names), final: false });
}

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
];

/** Holds a sink to what `publish: 'replace'` promises: a new result is built aside, and swapped in as a whole. */
export function replaceContract(runner: TestRunner, contracted: Contracted<SinkSubject>): void {
  runContract(runner, 'replacing sink', replaceCases, contracted);
}

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
