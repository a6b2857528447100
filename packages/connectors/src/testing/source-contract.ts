import assert from 'node:assert/strict';
import type { Records, Source, SourceReader } from '@millrace/core/connector';
import {
  needed,
  runContract,
  type ContractCase,
  type Contracted,
  type Disposable,
  type TestRunner,
} from './contract.js';

/** A record to be put into the source under test. */
export interface ContractRecord {
  readonly value: string | Uint8Array | null;
  readonly key?: string | Uint8Array | null;
  readonly headers?: readonly (readonly [string, Uint8Array | null])[];
  readonly brokerTime?: number;
}

/** A source under test: three partitions, empty, with no end. */
export interface SourceSubject extends Disposable {
  readonly source: Source;
  /** Another handle on the same records, as another process has it. */
  readonly again: () => Promise<Source>;
  readonly append: (partition: number, records: readonly ContractRecord[]) => Promise<void>;
  /** Moves the end of a partition up without a record. */
  readonly skipTo?: (partition: number, offset: number) => Promise<void>;
  /** Removes the records below an offset. */
  readonly deleteBefore?: (partition: number, offset: number) => Promise<void>;
  /** Ends the source. */
  readonly end?: () => Promise<void>;
  readonly addPartitions?: (count: number) => Promise<void>;
}

/** Holds a source to what the driver builds on: positions, gaps, ends, and records as they were written. */
export function sourceContract(runner: TestRunner, contracted: Contracted<SourceSubject>): void {
  runContract(runner, 'source', sourceCases, contracted);
}

const logger = { debug() {}, info() {}, warn() {}, error() {} };
const values = (...texts: readonly string[]): ContractRecord[] => texts.map((value) => ({ value }));

function opened(source: Source): Promise<SourceReader> {
  return source.open({ columns: new Set(Object.keys(source.schema.fields)), metadata: true, logger });
}

async function recordsAt(reader: SourceReader, partition: number, position: number, maxRows = 1000): Promise<Records> {
  const pull = await reader.read(partition, position, maxRows);
  assert.equal(pull.kind, 'records');
  return (pull as { records: Records }).records;
}

async function kindAt(reader: SourceReader, partition: number, position: number): Promise<string> {
  return (await reader.read(partition, position, 10)).kind;
}

function textsOf({ length, values: column }: Records): (string | null)[] {
  return Array.from({ length }, (_, row) => {
    const isNull = column.validity !== undefined && ((column.validity[row >> 3]! >> (row & 7)) & 1) === 0;
    if (isNull) return null;
    return new TextDecoder().decode(column.bytes.subarray(column.offsets[row], column.offsets[row + 1]));
  });
}

/** Everything from a position on, read `maxRows` at a time. */
async function drained(reader: SourceReader, partition: number, from: number, maxRows: number) {
  const texts: (string | null)[] = [];
  const offsets: number[] = [];
  let position = from;
  while (true) {
    const pull = await reader.read(partition, position, maxRows);
    if (pull.kind !== 'records') return { texts, offsets, position, kind: pull.kind };
    assert.ok(pull.records.length <= maxRows);
    assert.ok(pull.records.next > position, 'a read must get on');
    assert.equal(pull.records.partition, partition);
    texts.push(...textsOf(pull.records));
    offsets.push(...pull.records.offsets);
    position = pull.records.next;
  }
}

/** The promises of a source. */
export const sourceCases: readonly ContractCase<SourceSubject>[] = [
  {
    name: 'an empty partition starts and ends at 0, and is caught up',
    async run({ source }) {
      const reader = await opened(source);
      assert.deepEqual(
        await reader.partitions(),
        [0, 1, 2].map((partition) => ({ partition, start: 0, end: 0 })),
      );
      assert.equal(await kindAt(reader, 1, 0), 'caughtUp');
      await reader.close();
    },
  },
  {
    name: 'records come in order, from any position, in pieces of any size',
    async run({ source, append }) {
      const texts = Array.from({ length: 50 }, (_, i) => `v${i}`);
      for (const from of [0, 1, 2, 10, 49]) await append(0, values(...texts.slice(from, [1, 2, 10, 49, 50].find((to) => to > from)))); // prettier-ignore
      const reader = await opened(source);
      for (const maxRows of [1, 2, 7, 50, 1000]) {
        for (const from of [0, 1, 9, 10, 33, 49]) {
          const { texts: read, offsets, position, kind } = await drained(reader, 0, from, maxRows);
          assert.deepEqual(read, texts.slice(from));
          assert.deepEqual(
            offsets,
            Array.from({ length: 50 - from }, (_, i) => from + i),
          );
          assert.deepEqual([position, kind], [50, 'caughtUp']);
        }
      }
      assert.deepEqual((await reader.partitions())[0], { partition: 0, start: 0, end: 50 });
      await reader.close();
    },
  },
  {
    name: 'keys, headers, broker times, tombstones and bytes come as they were written',
    async run({ source, append, again }) {
      const odd = new Uint8Array([0, 255, 254, 10, 13, 0]);
      await append(1, [
        { value: 'a', key: 'k', brokerTime: 1_700_000_000_123, headers: [['h', odd], ['h', null], ['', odd]] },
        { value: null, key: odd, brokerTime: -1 },
        { value: odd, key: null, brokerTime: 0 },
        { value: '', key: '', brokerTime: 5 },
      ]); // prettier-ignore
      for (const each of [source, await again()]) {
        const reader = await opened(each);
        const records = await recordsAt(reader, 1, 0);
        assert.equal(records.length, 4);
        assert.deepEqual([...records.brokerTimes], [1_700_000_000_123, -1, 0, 5]);
        assert.deepEqual(textsOf({ ...records, values: records.keys }), ['k', new TextDecoder().decode(odd), null, '']);
        assert.deepEqual(textsOf(records), ['a', null, new TextDecoder().decode(odd), '']);
        const { offsets, bytes } = records.values;
        assert.deepEqual(bytes.slice(offsets[2], offsets[3]), odd);
        const plain = records.headers?.map((list) => list.map(([name, value]) => [name, value && [...value]]));
        assert.deepEqual(plain, [[['h', [...odd]], ['h', null], ['', [...odd]]], [], [], []]); // prettier-ignore
        // The same out of the middle, where bitmaps are cut.
        assert.deepEqual(textsOf(await recordsAt(reader, 1, 1, 2)), [null, new TextDecoder().decode(odd)]);
        await reader.close();
      }
    },
  },
  {
    name: 'partitions do not mix, and may be read at once',
    async run({ source, append }) {
      await Promise.all([append(0, values('a0', 'a1')), append(1, values('b0')), append(2, values('c0', 'c1', 'c2'))]);
      const reader = await opened(source);
      const all = await Promise.all([0, 1, 2].map((partition) => drained(reader, partition, 0, 2)));
      assert.deepEqual(all.map(({ texts }) => texts), [['a0', 'a1'], ['b0'], ['c0', 'c1', 'c2']]); // prettier-ignore
      await reader.close();
    },
  },
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
