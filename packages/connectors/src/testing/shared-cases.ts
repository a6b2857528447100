import assert from 'node:assert/strict';
import type { SinkContext, SinkWriter } from '@millrace/core/connector';
import type { ContractCase } from './contract.js';
import { contextOf } from './sink-rows.js';
import { ids, published, staged, type SinkSubject } from './sink-subject.js';

// What several processes of a group need, each with a part of one job: a history of its own, in a result that is one.

/** The promises of a sink with `shared: true`. */
export const sharedCases: readonly ContractCase<SinkSubject>[] = [
  {
    name: 'it says that it can be shared',
    async run({ sink }) {
      assert.equal(sink.shared, true);
    },
  },
  {
    name: 'parts of a job show their rows, each by its own checkpoints',
    async run(subject) {
      const [one, two] = [await part(subject, 'p0'), await part(subject, 'p1')];
      await published(one, 0, 'a');
      await published(one, 1, 'b');
      assert.equal(await two.published(), -1);
      await published(two, 0, 'c');
      await published(one, 2, 'd');
      await published(two, 1, 'e');
      assert.deepEqual(await ids(subject), ['a', 'b', 'c', 'd', 'e']);
      assert.deepEqual([await one.published(), await two.published()], [2, 1]);
      await close(one, two);
    },
  },
  {
    name: 'a part that is taken over forgets its own stages, and no other part’s',
    async run(subject) {
      const [one, two] = [await part(subject, 'p0'), await part(subject, 'p1')];
      await published(one, 0, 'a');
      await published(two, 0, 'b');
      const kept = await staged(two, 1, 'c');
      await staged(one, 1, 'orphan');
      const again = await part(subject, 'p0', { restored: 0 });
      assert.equal(await again.published(), 0);
      await published(again, 1, 'd');
      await two.publish({ checkpoint: 1, staged: kept, final: false });
      assert.deepEqual(await ids(subject), ['a', 'b', 'c', 'd']);
      await close(one, two, again);
    },
  },
  {
    name: 'a part that is published again changes nothing, whatever the others have shown since',
    async run(subject) {
      const [one, two] = [await part(subject, 'p0'), await part(subject, 'p1')];
      const first = await staged(one, 0, 'a');
      await one.publish({ checkpoint: 0, staged: first, final: false });
      await published(two, 0, 'b');
      await published(two, 1, 'c');
      const again = await part(subject, 'p0', { restored: 0 });
      await again.publish({ checkpoint: 0, staged: first, final: false });
      assert.deepEqual(await ids(subject), ['a', 'b', 'c']);
      await assert.rejects(part(subject, 'p1', { restored: 0 }), { code: 'MILLRACE_SINK_AHEAD' });
      await close(one, two, again);
    },
  },
  {
    name: 'a late repeat by who had a part before changes nothing',
    async run(subject) {
      const one = await part(subject, 'p0');
      const first = await staged(one, 0, 'a');
      await one.publish({ checkpoint: 0, staged: first, final: false });
      const second = await staged(one, 1, 'b');
      const again = await part(subject, 'p0', { restored: 1 });
      await again.publish({ checkpoint: 1, staged: second, final: false });
      await published(again, 2, 'c');
      // The process that had the part wakes up.
      await one.publish({ checkpoint: 1, staged: second, final: false });
      await one.publish({ checkpoint: 0, staged: first, final: false });
      await published(again, 3, 'd');
      assert.deepEqual(await ids(subject), ['a', 'b', 'c', 'd']);
      assert.equal(await again.published(), 3);
      await close(one, again);
    },
  },
  {
    name: 'parts that show their first rows at once all show them',
    async run(subject) {
      const names = ['a', 'b', 'c', 'd', 'e', 'f'];
      const parts = await Promise.all(names.map((_, i) => part(subject, `p${i}`)));
      await Promise.all(parts.map((writer, i) => published(writer, 0, names[i]!)));
      assert.deepEqual(await ids(subject), names);
      assert.deepEqual(await Promise.all(parts.map((writer) => writer.published())), [0, 0, 0, 0, 0, 0]);
      await close(...parts);
    },
  },
  {
    name: 'of two lineages whose parts start at once one gets the sink',
    async run(subject) {
      const one = await part(subject, 'p0');
      const two = await part(subject, 'p1', { lineage: 'L2' });
      await published(one, 0, 'a');
      const late = await staged(two, 0, 'b');
      await assert.rejects(two.publish({ checkpoint: 0, staged: late, final: false }), { code: 'MILLRACE_LINEAGE_FOREIGN' }); // prettier-ignore
      await published(one, 1, 'c');
      assert.deepEqual(await ids(subject), ['a', 'c']);
      await close(one, two);
    },
  },
  {
    name: 'the parts are one owner: another job is refused, as a whole and in parts',
    async run(subject) {
      const one = await part(subject, 'p0');
      await published(one, 0, 'a');
      const foreign = { lineage: 'L2', job: 'other' };
      const whole = (await subject.again()).open(contextOf(foreign));
      await assert.rejects(whole, { code: 'MILLRACE_LINEAGE_FOREIGN' });
      await assert.rejects(part(subject, 'p1', foreign), { code: 'MILLRACE_LINEAGE_FOREIGN' });
      await published(one, 1, 'b');
      assert.deepEqual(await ids(subject), ['a', 'b']);
      await close(one);
    },
  },
  {
    name: 'parts of another job than the one that has the sink as a whole are refused',
    async run(subject) {
      const whole = await subject.sink.open(contextOf({ lineage: 'L2', job: 'other' }));
      await published(whole, 0, 'a');
      await assert.rejects(part(subject, 'p0'), { code: 'MILLRACE_LINEAGE_FOREIGN' });
      await published(whole, 1, 'b');
      assert.deepEqual(await ids(subject), ['a', 'b']);
      await close(whole);
    },
  },
  {
    name: 'the parts are refused once another has replaced them',
    async run(subject) {
      const one = await part(subject, 'p0');
      await published(one, 0, 'a');
      await one.close();
      const replay = await (await subject.again()).open(contextOf({ lineage: 'L3', publish: 'replace' }));
      await replay.publish({ checkpoint: 0, staged: await staged(replay, 0, 'x'), final: true });
      await replay.close();
      await assert.rejects(part(subject, 'p1'), { code: 'MILLRACE_LINEAGE_FOREIGN' });
      assert.deepEqual(await ids(subject), ['x']);
    },
  },
];

async function part({ again }: SinkSubject, domain: string, changes: Partial<SinkContext> = {}): Promise<SinkWriter> {
  return (await again()).open(contextOf({ domain, ...changes }));
}

async function close(...writers: readonly SinkWriter[]): Promise<void> {
  for (const writer of writers) await writer.close();
}
