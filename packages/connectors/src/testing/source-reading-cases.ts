import assert from 'node:assert/strict';
import { type ContractCase } from './contract.js';
import { drained, kindAt, opened, recordsAt, textsOf, values, type SourceSubject } from './source-subject.js';

/** Records come as they were written, from any position. */
export const readingCases: readonly ContractCase<SourceSubject>[] = [
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
];
