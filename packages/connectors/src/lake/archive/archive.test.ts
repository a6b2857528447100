import { binary, bool, decimal, float64, int32, int64, list, memoryStore, nullable, type ObjectStore, run, schema, type Schema, struct, timestamp, utf8, type Source } from '@millrace/core'; // prettier-ignore
import { jsonDecoder, type Records, type SourceContext, type SourceReader, silentLogger, valueAt } from '@millrace/core/connector'; // prettier-ignore
import { memory, type MemoryTopic } from '@millrace/connectors/memory';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { commitKey } from '../delta/log-listing.js';
import { loadLog } from '../delta/load-log.js';
import { archive, compact, lake, readRows } from '../index.js';
import { tablePlace } from '../table-place.js';
import type { ArchiveTable } from './archive-table.js';

const Event = schema({
  id: utf8,
  kind: utf8,
  n: int32,
  big: nullable(int64),
  price: nullable(decimal(10, 2)),
  ratio: nullable(float64),
  ok: nullable(bool),
  at: timestamp,
  raw: nullable(binary),
  tags: nullable(list(nullable(utf8))),
  place: nullable(struct({ lat: float64, name: nullable(utf8) })),
});

const odd = Uint8Array.of(0, 255, 10);
const noTable = { filesBefore: 0, filesAfter: 0 };
const values: (string | Uint8Array | null)[] = [
  '{"id":"a","kind":"x","n":1,"big":9007199254740993,"price":1.10,"ok":true,"at":"2023-05-06T07:08:09.123Z","tags":["t",null],"place":{"lat":1.5}}',
  '{"id":"b","kind":"x","n":2,"at":0,"raw":"AP8K","ratio":"NaN","unknown":{"kept":"in the raw bytes"}}',
  '{"id":"torn',
  null,
  odd,
  '{"id":"c","kind":"y","n":"7","at":0}',
  '{"id":"\\ud800","id":"d","kind":"x\\udfff","n":-3,"at":-1,"tags":[],"ok":false}',
  '{"id":"e","kind":"x","at":0}',
];

async function topicOf(store = memory()): Promise<MemoryTopic<typeof Event.fields>> {
  const topic = store.topic('events', Event, { partitions: 3 });
  for (let round = 0; round < 5; round++) {
    for (const partition of [0, 2]) {
      await topic.append(
        values.map((value, i) => ({
          partition,
          value,
          key: i % 3 === 0 ? null : `k${i}`,
          brokerTime: i === 1 ? -1 : 1000 * round + i,
          ...(i === 2 ? { headers: [['h', odd], ['h', null], ['', odd]] as const } : {}),
        })), // prettier-ignore
      );
    }
  }
  return topic;
}

const everything: SourceContext = { columns: new Set(Object.keys(Event.fields)), metadata: true, logger: silentLogger };

interface Seen {
  readonly partition: number;
  readonly rows: readonly unknown[];
  readonly position: number;
}

/** Everything that a graph can see of a source, as plain values: also what is decoded of it, and what is rejected. */
async function seen(source: Source, context = everything, maxRows = 7, schemaOf: Schema = Event): Promise<Seen[]> {
  const reader = await source.open(context);
  const found: Seen[] = [];
  for (const { partition, start } of await reader.partitions()) {
    const { rows, position } = await drained(reader, schemaOf, context, partition, start, maxRows);
    found.push({ partition, rows, position });
  }
  await reader.close();
  return found;
}

async function drained(
  reader: SourceReader,
  schemaOf: Schema,
  context: SourceContext,
  partition: number,
  from: number,
  maxRows: number,
): Promise<{ rows: unknown[]; position: number }> {
  const decoder = jsonDecoder(schemaOf, context.columns);
  const rows: unknown[] = [];
  let position = from;
  while (true) {
    const pull = await reader.read(partition, position, maxRows);
    if (pull.kind !== 'records') return { rows, position };
    expect(pull.records.length).toBeLessThanOrEqual(maxRows);
    expect(pull.records.next).toBeGreaterThan(position);
    rows.push(...rowsOfRecords(pull.records, decoder, schemaOf, context));
    position = pull.records.next;
  }
}

function rowsOfRecords(
  records: Records,
  decoder: ReturnType<typeof jsonDecoder>,
  schemaOf: Schema,
  { columns, metadata }: SourceContext,
): unknown[] {
  const decoded = records.decoded ?? decoder.decode(records);
  return Array.from({ length: records.length }, (_, row) => {
    const values = Object.fromEntries([...columns].map((name) => [name, valueAt({ ...schemaOf.fields[name]!, nullable: true }, decoded.columns[name]!, row)])); // prettier-ignore
    const rejected = decoded.rejected.find((each) => each.row === row);
    const error = rejected && [rejected.code, rejected.field, rejected.sentence];
    const meta = metadata && {
      key: valueAt(nullable(binary), records.keys, row),
      value: valueAt(nullable(binary), records.values, row),
      brokerTime: records.brokerTimes[row],
      headers: records.headers?.[row] ?? [],
    };
    return { offset: records.offsets[row], values, error, ...meta };
  });
}

function tableIn(store: ObjectStore, name = 'events'): ArchiveTable<typeof Event.fields> {
  return lake({ root: store }).table(name, Event);
}

function archived(from: Source, to: ArchiveTable, options: { flushRows?: number; signal?: AbortSignal } = {}) {
  const { signal, ...rest } = options;
  return run(archive({ from, to, ...rest }), { mode: 'live', report: false, ...(signal && { signal }) });
}

describe('a replay meets exactly what the stream met', () => {
  test.each([3, 9, 100_000])('flushed every %i rows, in batches of any size', async (flushRows) => {
    const topic = await topicOf();
    await topic.end();
    const table = tableIn(memoryStore());
    const { ledger } = await archived(topic, table, { flushRows });
    expect(ledger['source']).toMatchObject({ in: 80, taken: 30, rejected: 50 });
    const live = await seen(topic);
    for (const maxRows of [1, 3, 8, 1000]) expect(await seen(table, everything, maxRows)).toEqual(live);
  });

  test('also after compaction, which keeps the order and moves no row for who follows', async () => {
    const topic = await topicOf();
    await topic.end();
    const store = memoryStore();
    const table = tableIn(store);
    await archived(topic, table, { flushRows: 4 });
    const pinned = await table.open(everything);
    const { filesBefore, filesAfter } = await compact(table, { fileRows: 25 });
    expect([filesBefore > 8, filesAfter]).toEqual([true, 4]);
    expect(await seen(table)).toEqual(await seen(topic));
    const { rows } = await drained(pinned, Event, everything, 0, 0, 7);
    expect(rows).toEqual((await seen(topic))[0]!.rows);
    const folder = await table[tablePlace].folder();
    const state = (await loadLog(folder))!;
    const last = new TextDecoder().decode(await store.get(commitKey(folder, state.version)));
    expect(last).not.toContain('"dataChange":true');
    expect(await compact(table, { fileRows: 25 })).toEqual({ filesBefore: 4, filesAfter: 4 });
  });

  test('with some of the columns and without the rest', async () => {
    const topic = await topicOf();
    await topic.end();
    const table = tableIn(memoryStore());
    await archived(topic, table);
    for (const columns of [new Set(['n', 'tags']), new Set(['kind']), new Set<string>()]) {
      const context = { ...everything, columns, metadata: false };
      expect(await seen(table, context)).toEqual(await seen(topic, context));
    }
  });

  test('from the raw bytes, where the schema is another now', async () => {
    const topic = await topicOf();
    await topic.end();
    const store = memoryStore();
    await archived(topic, tableIn(store));
    const Changed = schema({ id: utf8, at: nullable(timestamp), unknown: nullable(struct({ kept: utf8 })) });
    const context = { ...everything, columns: new Set(['id', 'at', 'unknown']), metadata: false };
    const changed = lake({ root: store }).table('events', Changed);
    const replayed = await seen(changed, context, 7, Changed);
    expect(replayed).toEqual(await seen(topic, context, 7, Changed));
    expect(JSON.stringify(replayed)).toContain('in the raw bytes');
  });

  test('also of a topic with holes, from any position', async () => {
    const topic = memory().topic('events', Event, { partitions: 3 });
    await topic.skipTo(0, 3);
    await topic.append([
      { partition: 0, value: values[0]! },
      { partition: 0, value: values[1]! },
    ] as never);
    await topic.skipTo(0, 7);
    await topic.append([
      { partition: 0, value: values[6]! },
      { partition: 0, value: null },
    ] as never);
    await topic.skipTo(0, 12);
    await topic.skipTo(2, 500);
    await topic.deleteBefore(2, 500);
    await topic.end();
    for (const flushRows of [1, 2, 100]) {
      const table = tableIn(memoryStore());
      await archived(topic, table, { flushRows });
      expect(await seen(table)).toEqual(await seen(topic));
      const reader = await table.open(everything);
      expect(await reader.partitions()).toEqual([
        { partition: 0, start: 0, end: 12 },
        { partition: 1, start: 0, end: 0 },
        { partition: 2, start: 500, end: 500 },
      ]);
      for (let from = 0; from < 12; from++) {
        const { rows, position } = await drained(reader, Event, everything, 0, from, 10);
        expect([rows.length, position]).toEqual([[3, 4, 7, 8].filter((offset) => offset >= from).length, 12]);
      }
      await reader.close();
    }
  });

  test('24a: of a topic without a record there is no file', async () => {
    const topic = memory().topic('events', Event, { partitions: 2 });
    await topic.end();
    const table = tableIn(memoryStore());
    const { ended } = await archived(topic, table);
    const { files } = (await loadLog(await table[tablePlace].folder()))!;
    expect([ended, files.size]).toEqual(['end', 0]);
    expect(await seen(table)).toEqual(await seen(topic));
  });

  test('and other programs read columns as columns', async () => {
    const topic = await topicOf();
    await topic.end();
    const table = tableIn(memoryStore());
    await archived(topic, table);
    const rows = [];
    for await (const row of readRows(table)) rows.push(row);
    expect(rows.length).toBe(80);
    expect(rows[0]).toMatchObject({ _partition: 0, _offset: 0n, _error: null, id: 'a', big: 9007199254740993n, price: '1.10' }); // prettier-ignore
    expect(rows[2]).toMatchObject({
      _offset: 2n,
      id: null,
      _error: expect.stringContaining('MILLRACE_DECODE_JSON') as string,
    });
  });
});

describe('an archive goes on', () => {
  test('from where it was stopped, and names what was archived before', async () => {
    const store = memory();
    const topic = await topicOf(store);
    const table = tableIn(memoryStore());
    const stopping = new AbortController();
    stopping.abort();
    expect((await archived(topic, table, { signal: stopping.signal })).ended).toBe('stopped');
    await topicOf(store);
    await topic.addPartitions(1);
    await topic.append([{ partition: 3, value: values[0]! }] as never);
    await topic.end();
    expect((await archived(topic, table)).ended).toBe('end');
    expect(await seen(table)).toEqual(await seen(topic));
    expect((await archived(topic, table)).ledger['source']!.in).toBe(0);
  });

  test('with a wider schema: old rows are null in what is new', async () => {
    const backend = memory();
    const store = memoryStore();
    const One = schema({ id: utf8, n: int32 });
    const Two = schema({ id: utf8, n: int64, more: nullable(utf8) });
    const one = backend.topic('t', One);
    await one.send(['{"id":"a","n":1,"more":"was there"}']);
    await one.end();
    await archived(one, lake({ root: store }).table('t', One));
    const again = memory().topic('t', Two);
    await again.send(['{"id":"a","n":1}', '{"id":"b","n":9007199254740993,"more":"x"}']);
    await again.end();
    const { identity } = await one.open(everything);
    const renamed: Source = { ...again, open: async (context) => ({ ...(await again.open(context)), identity }) };
    await archived(renamed, lake({ root: store }).table('t', Two));
    const rows = [];
    for await (const { id, n, more } of readRows(lake({ root: store }).table('t', Two))) rows.push({ id, n, more });
    expect(rows).toEqual([{ id: 'a', n: 1n, more: null }, { id: 'b', n: 9007199254740993n, more: 'x' }]); // prettier-ignore
    const Narrow = schema({ id: int32 });
    const narrow: Source = { ...renamed, schema: Narrow };
    await expect(archived(narrow, lake({ root: store }).table('t', Narrow))).rejects.toMatchObject({
      code: 'MILLRACE_TABLE_FOREIGN',
      sentence: expect.stringContaining('its column "id" is utf8?, and the schema says int32?') as string,
    });
  });

  test('while others compact it', async () => {
    const topic = await topicOf();
    await topic.end();
    const table = tableIn(memoryStore());
    const archiving = archived(topic, table, { flushRows: 3 });
    let merged = 0;
    const compacting = (async () => {
      let ended = false;
      void archiving.finally(() => (ended = true));
      while (!ended) {
        await setImmediate();
        const { filesBefore, filesAfter } = await compact(table, { fileRows: 12 }).catch(() => noTable);
        merged += filesBefore - filesAfter;
      }
    })();
    await Promise.all([archiving, compacting]);
    expect(merged).toBeGreaterThan(0);
    expect(await seen(table)).toEqual(await seen(topic));
  });

  test('of two at once exactly one wins each range, and the other notices', async () => {
    const topic = await topicOf();
    await topic.end();
    const table = tableIn(memoryStore());
    const both = await Promise.allSettled([archived(topic, table, { flushRows: 5 }), archived(topic, table, { flushRows: 6 })]); // prettier-ignore
    const lost = both.filter(({ status }) => status === 'rejected');
    expect(lost.length).toBeLessThanOrEqual(1);
    for (const each of lost) expect((each as PromiseRejectedResult).reason).toMatchObject({ code: 'MILLRACE_OWNERSHIP_LOST' }); // prettier-ignore
    await archived(topic, table);
    expect(await seen(table)).toEqual(await seen(topic));
  });
});
