import assert from 'node:assert/strict';
import { needed, type ContractCase } from './contract.js';
import { drained, kindAt, opened, recordsAt, values, type SourceSubject } from './source-subject.js';

/** Gaps, ends, waits and what changes while it is read. */
export const boundsCases: readonly ContractCase<SourceSubject>[] = [
  {
    name: 'a gap is passed, and a position within it finds what follows',
    async run(subject) {
      const { source, append } = subject;
      await needed(subject.skipTo, 'skipTo')(0, 3);
      await append(0, values('v3', 'v4'));
      await subject.skipTo!(0, 7);
      await append(0, values('v7', 'v8'));
      const reader = await opened(source);
      for (const from of [0, 2, 3]) {
        const { texts, offsets, position } = await drained(reader, 0, from, 10);
        assert.deepEqual([texts, offsets, position], [['v3', 'v4', 'v7', 'v8'], [3, 4, 7, 8], 9]);
      }
      assert.deepEqual((await drained(reader, 0, 5, 10)).texts, ['v7', 'v8']);
      const { next } = await recordsAt(reader, 0, 4, 1);
      assert.ok(next > 4 && next <= 7);
      assert.equal((await reader.partitions())[0]!.end, 9);
      await reader.close();
    },
  },
  {
    name: 'a gap at the end moves the position in one read, without a record',
    async run(subject) {
      await subject.append(0, values('v0'));
      await needed(subject.skipTo, 'skipTo')(0, 6);
      const reader = await opened(subject.source);
      const { texts, position, kind } = await drained(reader, 0, 0, 10);
      assert.deepEqual([texts, position, kind], [['v0'], 6, 'caughtUp']);
      const empty = await recordsAt(reader, 0, 2);
      assert.deepEqual([empty.length, empty.next], [0, 6]);
      await reader.close();
    },
  },
  {
    name: 'a partition that was emptied starts at its end, and ends like any other',
    async run(subject) {
      const { source, append } = subject;
      await append(0, values('a', 'b', 'c'));
      await needed(subject.skipTo, 'skipTo')(2, 500);
      await needed(subject.deleteBefore, 'deleteBefore')(2, 500);
      await needed(subject.end, 'end')();
      const reader = await opened(source);
      const partitions = await reader.partitions();
      assert.deepEqual(partitions.map(({ start, end }) => [start, end]), [[0, 3], [0, 0], [500, 500]]); // prettier-ignore
      const read = await Promise.all(partitions.map(({ partition, start }) => drained(reader, partition, start, 2)));
      assert.deepEqual(read.map(({ texts, position, kind }) => [texts.length, position, kind]), [[3, 3, 'end'], [0, 0, 'end'], [0, 500, 'end']]); // prettier-ignore
      await reader.close();
    },
  },
  {
    name: 'a position below the start is refused as truncated',
    async run(subject) {
      await subject.append(0, values('v0', 'v1', 'v2', 'v3'));
      await needed(subject.deleteBefore, 'deleteBefore')(0, 3);
      const reader = await opened(subject.source);
      await assert.rejects(reader.read(0, 2, 10), (error: { code: string; data: object }) => {
        assert.equal(error.code, 'MILLRACE_SOURCE_TRUNCATED');
        assert.deepEqual({ ...error.data, source: '' }, { source: '', partition: 0, position: 2, start: 3 });
        return true;
      });
      assert.deepEqual((await drained(reader, 0, 3, 10)).texts, ['v3']);
      assert.deepEqual((await reader.partitions())[0], { partition: 0, start: 3, end: 4 });
      await reader.close();
    },
  },
  {
    name: 'a position above the end is refused',
    async run({ source, append }) {
      await append(0, values('v0', 'v1'));
      const reader = await opened(source);
      await assert.rejects(reader.read(0, 3, 10), { code: 'MILLRACE_SOURCE_BEYOND_END' });
      await assert.rejects(reader.read(1, 1, 10), { code: 'MILLRACE_SOURCE_BEYOND_END' });
      assert.equal(await kindAt(reader, 0, 2), 'caughtUp');
      await reader.close();
    },
  },
  {
    name: 'an ended source gives what it has, then its end',
    async run(subject) {
      const reader = await opened(subject.source);
      await subject.append(0, values('v0'));
      await needed(subject.end, 'end')();
      const { texts, kind } = await drained(reader, 0, 0, 10);
      assert.deepEqual([texts, kind], [['v0'], 'end']);
      assert.equal(await kindAt(await opened(await subject.again()), 2, 0), 'end');
      await assert.rejects(subject.append(0, values('v1')));
      await reader.close();
    },
  },
  {
    name: 'arrival resolves for records, for the end, and when it is given up',
    async run(subject) {
      const reader = await opened(subject.source);
      const { signal } = new AbortController();
      const arrived = reader.arrival(0, 0, signal);
      await subject.append(0, values('v0'));
      await arrived;
      await reader.arrival(0, 0, signal);

      const given = new AbortController();
      const waiting = reader.arrival(0, 1, given.signal);
      given.abort();
      await waiting;
      await reader.arrival(0, 1, AbortSignal.abort());

      const ended = reader.arrival(1, 0, signal);
      await needed(subject.end, 'end')();
      await ended;
      await reader.close();
    },
  },
  {
    name: 'arrival sees what another process does',
    async run(subject) {
      const reader = await opened(await subject.again());
      const { signal } = new AbortController();
      const arrived = reader.arrival(2, 0, signal);
      await subject.append(2, values('v0'));
      await arrived;
      assert.deepEqual((await drained(reader, 2, 0, 10)).texts, ['v0']);
      await reader.close();
    },
  },
  {
    name: 'close ends every wait',
    async run({ source }) {
      const reader = await opened(source);
      const { signal } = new AbortController();
      const waits = [0, 1, 2].map((partition) => reader.arrival(partition, 0, signal));
      await reader.close();
      await Promise.all(waits);
    },
  },
  {
    name: 'a partition that is added starts at 0, and the number never shrinks',
    async run(subject) {
      await subject.append(1, values('v0'));
      const reader = await opened(subject.source);
      await needed(subject.addPartitions, 'addPartitions')(2);
      await subject.append(4, values('n0'));
      assert.deepEqual((await reader.partitions()).map(({ start, end }) => [start, end]), [[0, 0], [0, 1], [0, 0], [0, 0], [0, 1]]); // prettier-ignore
      assert.deepEqual((await drained(reader, 4, 0, 10)).texts, ['n0']);
      await reader.close();
    },
  },
  {
    name: 'it is the same source for every handle, and another one is another',
    async run({ source, again }) {
      const reader = await opened(source);
      const other = await opened(await again());
      assert.equal(other.identity, reader.identity);
      assert.ok(reader.identity.length > 0);
      await Promise.all([reader.close(), other.close()]);
    },
  },
  {
    name: 'reading changes nothing: two readers read alike',
    async run({ source, append, again }) {
      await append(0, values('a', 'b', 'c'));
      const [one, two] = [await opened(source), await opened(await again())];
      assert.deepEqual((await drained(one, 0, 0, 1)).texts, ['a', 'b', 'c']);
      assert.deepEqual((await drained(two, 0, 0, 2)).texts, ['a', 'b', 'c']);
      assert.deepEqual((await drained(one, 0, 1, 2)).texts, ['b', 'c']);
      await Promise.all([one.close(), two.close()]);
    },
  },
];
