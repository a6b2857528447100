import {
  decimal,
  defineJob,
  type Flow,
  int64,
  memoryStore,
  nullable,
  run,
  schema,
  timestamp,
  utf8,
} from '@millrace/core';
import { memory } from '@millrace/connectors/memory';
import { expect, test } from 'vitest';
import { archive, compact, lake, readRows } from '../index.js';
import type { CodecName } from './codec.js';

const Line = schema({ id: utf8, big: nullable(int64), at: timestamp });
const silent = { report: false } as const;
const count = 300;

function topicOf(fields: typeof Line | ReturnType<typeof pricesOf>) {
  return memory().topic('lines', fields as typeof Line, { partitions: 2 });
}
function pricesOf() {
  return schema({ id: utf8, price: decimal(10, 2) });
}

test.each<CodecName>(['parquet-wasm', 'parquetjs-lite'])(
  'a lake of %s: archive, log checkpoints, compaction, replay and a replacement give what the stream gave',
  async (codec) => {
    const tables = lake({ root: memoryStore(), codec });
    const topic = topicOf(Line);
    await topic.append(
      Array.from({ length: count }, (_, i) => ({
        partition: i % 2,
        value: i % 10 === 4 ? 'torn' : `{"id":"ü${i}","big":${i % 3 === 0 ? 'null' : 9007199254740993n + BigInt(i)},"at":"2026-01-01T00:00:00.${String(i).padStart(3, '0')}Z"}`, // prettier-ignore
        headers: [['h', Uint8Array.of(i % 256)]] as const,
        brokerTime: i,
      })),
    );
    await topic.end();
    const lines = tables.table('lines', Line);
    await run(archive({ from: topic, to: lines, flushRows: 20 }), { mode: 'live', ...silent });
    await compact(lines);
    const jobOf = (name: string) =>
      defineJob({
        name,
        sources: { live: topic, replay: lines },
        graph: (raw: Flow<typeof Line.fields>) => ({ lines: raw }),
        sinks: { lines: tables.table(name) },
        checkpoints: memoryStore(),
      });
    const live = await run(jobOf('live'), { mode: 'live', ...silent });
    const replay = await run(jobOf('live'), { mode: 'replay', publish: 'replace', ...silent });
    expect(live.outputs['lines']!.rows).toBe(270);
    expect([replay.outputs, replay.ledger]).toEqual([live.outputs, live.ledger]);
    const rows = new Map<string, { big: bigint | null; at: Date }>();
    for await (const { id, big, at } of readRows(tables.table('live'))) rows.set(id as string, { big: big as bigint | null, at: at as Date }); // prettier-ignore
    expect(rows.size).toBe(270);
    expect(rows.get('ü7')).toEqual({ big: 9007199254741000n, at: new Date(Date.UTC(2026, 0) + 7) });
    expect(rows.get('ü9')!.big).toBeNull();
  },
);

test('what parquetjs-lite can not do is one sentence before the first record', async () => {
  const store = memoryStore();
  const tables = lake({ root: store, codec: 'parquetjs-lite' });
  const Prices = pricesOf();
  const topic = memory().topic('lines', Prices, { partitions: 1 });
  await topic.send([{ id: 'a', price: '1.00' }]);
  await topic.end();
  const sentence =
    'lake table "prices" (memory): codec is \'parquetjs-lite\', which cannot write decimals, and its column "price" is decimal(10,2).';
  const archiving = run(archive({ from: topic, to: tables.table('prices', Prices) }), { mode: 'live', ...silent });
  await expect(archiving).rejects.toMatchObject({ code: 'MILLRACE_OPTION_INVALID', sentence });
  const job = defineJob({
    name: 'prices',
    sources: { live: topic },
    graph: (prices: Flow<typeof Prices.fields>) => ({ prices }),
    sinks: { prices: tables.table('prices') },
  });
  await expect(run(job, { mode: 'live', ...silent })).rejects.toMatchObject({ sentence });
  for await (const { key } of store.list('')) throw new Error(`${key} was written`);

  await run(archive({ from: topic, to: lake({ root: store }).table('prices', Prices) }), { mode: 'live', ...silent });
  const reading = (async () => {
    for await (const row of readRows(tables.table('prices'))) return row;
    return undefined;
  })();
  await expect(reading).rejects.toMatchObject({
    code: 'MILLRACE_TABLE_UNREADABLE',
    sentence: expect.stringMatching(
      /^lake table "prices" \(memory\) cannot be read: the codec 'parquetjs-lite' cannot read decimals, which its file part-0-.*\.parquet holds\.$/,
    ) as string,
  });
});

test('another codec than the two is refused', () => {
  expect(() => lake({ root: './lake', codec: 'arrow' as CodecName })).toThrow("'parquet-wasm' or 'parquetjs-lite'");
});
