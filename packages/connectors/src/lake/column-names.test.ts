import { defineJob, type Fields, type Flow, int32, list, memoryStore, type ObjectStore, run, type Schema, schema, struct, utf8 } from '@millrace/core'; // prettier-ignore
import { memory } from '@millrace/connectors/memory';
import { beforeEach, describe, expect, test } from 'vitest';
import { archive, compact, lake, readRows } from './index.js';
import type { CodecName } from './parquet/codec.js';

const live = { mode: 'live', report: false } as const;
type Sentence = string | undefined;

let store: ObjectStore;
beforeEach(() => {
  store = memoryStore();
});

async function topicOf<F extends Fields>(fields: Schema<F>, ...values: readonly string[]) {
  const topic = memory().topic('rows', fields);
  await topic.append(values.map((value) => ({ value })));
  await topic.end();
  return topic;
}

function jobOf<F extends Fields>(topic: Awaited<ReturnType<typeof topicOf<F>>>, codec: CodecName = 'parquet-wasm') {
  return defineJob({
    name: 'results',
    sources: { live: topic, replay: lake({ root: store, codec }).table('archive', topic.schema) },
    graph: (rows: Flow<F>) => ({ rows }),
    sinks: { rows: lake({ root: store, codec }).table('results') },
    checkpoints: memoryStore(),
  });
}

const refusalOf = (work: Promise<unknown>): Promise<{ sentence: Sentence; fix: Sentence }> => work.then(() => ({ sentence: undefined, fix: undefined }), (error: unknown) => error as { sentence: string; fix: string }); // prettier-ignore

describe('names that Delta and Spark cannot read are refused before anything is written', () => {
  test.each<[string, Fields, string, string]>([
    ['a blank', { 'like count': int32 }, 'like count', 'holds a blank, and Delta and Spark read no such name'],
    ['a comma', { 'a,b': int32 }, 'a,b', 'holds ","'],
    ['a semicolon', { 'a;b': int32 }, 'a;b', 'holds ";"'],
    ['braces', { '{a': int32 }, '{a', 'holds "{"'],
    ['a closing brace', { 'a}': int32 }, 'a}', 'holds "}"'],
    ['parentheses', { 'count(id)': int32 }, 'count(id)', 'holds "("'],
    ['a closing parenthesis', { 'a)': int32 }, 'a)', 'holds ")"'],
    ['a line break', { 'a\nb': int32 }, 'a\\nb', 'holds a line break'],
    ['a tabulator', { 'a\tb': int32 }, 'a\\tb', 'holds a tabulator'],
    ['an equals sign', { 'a=b': int32 }, 'a=b', 'holds "="'],
    ['one that differs by case', { Id: int32, id: int32 }, 'id', 'differs from "Id" only by case, and Delta and Spark take both for one'], // prettier-ignore
    ['one inside', { a: list(struct({ b: struct({ 'c d': utf8 }) })) }, 'a.b.c d', 'holds a blank'],
    ['two inside', { a: struct({ B: utf8, b: utf8 }) }, 'a.b', 'differs from "a.B" only by case'],
  ])('%s', async (_, fields, name, problem) => {
    const rows = schema(fields);
    const topic = await topicOf(rows, '{}');
    const archiving = await refusalOf(run(archive({ from: topic, to: lake({ root: store }).table('a', rows) }), live));
    expect(archiving.sentence).toContain(`lake table "a" (memory): the column "${name}" ${problem}`);
    expect(archiving.fix).toMatch(/^Archive the topic with a schema that has no field .*rename/);
    const running = await refusalOf(run(jobOf(topic), live));
    expect(running.sentence).toContain(`lake table "results" (memory): the column "${name}" ${problem}`);
    expect(running.fix).toContain(`rename({ "${name}": 'another_name' })`);
    for await (const { key } of store.list('')) throw new Error(`${key} was written`);
  });

  test('also a column that differs only by case from one that the archive has, or had', async () => {
    const narrow = schema({ id: utf8 });
    const table = (fields: typeof narrow) => lake({ root: store }).table('a', fields);
    const topic = await topicOf(narrow, '{"id":"a"}');
    await run(archive({ from: topic, to: table(narrow) }), live);
    for (const other of [schema({ ID: utf8 }), schema({ _Offset: utf8 })]) {
      const from = { ...topic, schema: other } as unknown as typeof topic;
      const to = table(other as unknown as typeof narrow);
      expect((await refusalOf(run(archive({ from, to }), live))).sentence).toMatch(/"(ID|_Offset)" differs from "(id|_offset)" only by case/); // prettier-ignore
    }
  });

  test('what the fix says works: the bytes are kept, and a replay of the whole schema decodes them', async () => {
    const whole = schema({ id: utf8, 'like count': int32 });
    const part = schema({ id: utf8 });
    const topic = await topicOf(whole, '{"id":"a","like count":3}');
    const from = { ...topic, schema: part } as unknown as Awaited<ReturnType<typeof topicOf<typeof part.fields>>>;
    await run(archive({ from, to: lake({ root: store }).table('archive', part) }), live);
    const job = defineJob({
      name: 'replay',
      sources: { live: topic, replay: lake({ root: store }).table('archive', whole) },
      graph: (rows: Flow<typeof whole.fields>) => ({ rows }),
      sinks: { rows: memory().list('rows') },
      checkpoints: memoryStore(),
    });
    expect((await run(job, { mode: 'replay', report: false })).outputs['rows']?.rows).toBe(1);
  });
});

describe.each<[CodecName, readonly string[]]>([
  ['parquet-wasm', ['__proto__']],
  ['parquetjs-lite', []],
])('names that are special to JavaScript, by %s', (codec, more) => {
  const special = [...more, 'constructor', 'toString', 'hasOwnProperty', '', 'a\0b', 'a.b', 'a:b', 'ü'];
  const members = Object.fromEntries(special.map((name) => [name, utf8]));
  const rows = schema(Object.fromEntries([...Object.entries(members), ['inside', struct(members)]]));

  test('are names like any other: archived, compacted, replayed, read', async () => {
    const value = (i: number): string => {
      const texts = special.map((name) => `${JSON.stringify(name)}:${JSON.stringify(`${name} ${i}`)}`).join();
      return `{${texts},"inside":{${texts}}}`;
    };
    const topic = await topicOf(rows, ...[0, 1, 2, 3].map(value), 'torn');
    const to = lake({ root: store, codec }).table('archive', rows as Schema);
    await run(archive({ from: topic, to, flushRows: 2 }), live);
    await compact(to);
    const job = jobOf(topic, codec);
    const first = await run(job, live);
    const replayed = await run(job, { mode: 'replay', publish: 'replace', report: false });
    expect(first.outputs['rows']?.rows).toBe(4);
    expect(replayed.outputs).toEqual(first.outputs);
    const found: unknown[] = [];
    for await (const row of readRows(lake({ root: store, codec }).table('results'))) found.push(row);
    const texts = (i: number): object => Object.fromEntries(special.map((name) => [name, `${name} ${i}`]));
    const expected = [0, 1, 2, 3].map((i) => Object.fromEntries([...Object.entries(texts(i)), ['inside', texts(i)]]));
    expect(found).toEqual(expected);
    expect(found.map((row) => Object.keys(row as object))).toEqual(expected.map((row) => Object.keys(row)));
  });
});

test('names that parquetjs-lite would lose are refused by it, also inside', async () => {
  const named = Object.fromEntries([['__proto__', utf8]]);
  const nested: Fields[] = [{ constructor: list(utf8) }, { a: struct({ toString: struct({ b: utf8 }) }) }];
  for (const fields of [named, { a: list(struct(named)) }, ...nested]) {
    const topic = await topicOf(schema(fields), '{}');
    const { sentence } = await refusalOf(run(jobOf(topic, 'parquetjs-lite'), live));
    expect(sentence).toMatch(
      /codec is 'parquetjs-lite', which cannot write the name (__proto__|constructor|toString), and its column/,
    );
  }
});
