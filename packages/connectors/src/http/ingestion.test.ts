import { describe, expect, it } from 'vitest';
import { defineJob, int32, isMillraceError, nullable, run, schema, utf8 } from '@millrace/core';
import { jsonDecoder, recordsOf } from '@millrace/core/connector';
import { memory, type MemoryTopic } from '../memory/index.js';
import { ingestion } from './index.js';

const Pin = schema({ id: utf8, likes: int32, title: nullable(utf8) });
const newTopic = (): MemoryTopic<typeof Pin.fields> => memory().topic('pins', Pin, { partitions: 3, keyedBy: 'id' });
const json = { 'content-type': 'application/json' };

function post(path: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = json): Request {
  return new Request(`http://localhost${path}`, { method: 'POST', body, headers });
}

/** What a reader of the topic finds: the bytes of the records, in the order of their partitions. */
async function recordsIn(topic: MemoryTopic<typeof Pin.fields>) {
  const reader = await topic.open({
    columns: new Set(),
    metadata: true,
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  });
  const all: { value: string; key: string; headers: string[][]; partition: number }[] = [];
  for (const { partition, start } of await reader.partitions()) {
    const pull = await reader.read(partition, start, 100_000);
    if (pull.kind !== 'records') continue;
    const { values, keys, headers, length } = pull.records;
    const text = (column: typeof values, row: number) =>
      Buffer.from(column.bytes.subarray(column.offsets[row], column.offsets[row + 1])).toString();
    for (let row = 0; row < length; row++) {
      const named = (headers?.[row] ?? []).map(([name, value]) => [name, Buffer.from(value!).toString()]);
      all.push({ partition, value: text(values, row), key: text(keys, row), headers: named });
    }
  }
  await reader.close();
  return all;
}

async function answerOf(api: { fetch(request: Request): Promise<Response> }, request: Request) {
  const response = await api.fetch(request);
  return {
    status: response.status,
    body: (await response.json()) as Record<string, unknown>,
    headers: response.headers,
  };
}

describe('a post', () => {
  it('is a record, byte for byte and with its key, before it is answered', async () => {
    const topic = newTopic();
    const api = ingestion({ routes: { '/pin': { topic } } });
    const body = ' {"likes":1e0, "id":"a", "other":[1,{}]} ';
    expect(await answerOf(api, post('/pin', body))).toMatchObject({ status: 202, body: { accepted: 1 } });
    expect(await recordsIn(topic)).toMatchObject([{ value: body, key: 'a', headers: [] }]);
  });

  it('may be a list of records, which come in its order', async () => {
    const topic = newTopic();
    const api = ingestion({ routes: { '/pin': { topic } } });
    const body = JSON.stringify(Array.from({ length: 100 }, (_, likes) => ({ id: 'a', likes })));
    expect(await answerOf(api, post('/pin', body))).toMatchObject({ status: 202, body: { accepted: 100 } });
    const likes = (await recordsIn(topic)).map(({ value }) => (JSON.parse(value) as { likes: number }).likes);
    expect(likes).toEqual(Array.from({ length: 100 }, (_, n) => n));
    expect(await answerOf(api, post('/pin', ' [ ] '))).toMatchObject({ status: 202, body: { accepted: 0 } });
  });

  it('is there for a job, in the partition of its key', async () => {
    const topic = newTopic();
    await using api = ingestion({ routes: { '/pin': { topic } } });
    const ids = Array.from({ length: 200 }, (_, n) => `id${n}`);
    const statuses = await Promise.all(
      ids.map(async (id, likes) => (await api.fetch(post('/pin', JSON.stringify({ id, likes })))).status),
    );
    expect(new Set(statuses)).toEqual(new Set([202]));
    const written = api.metrics().routes['/pin']!;
    expect(written).toMatchObject({ accepted: 200, rejected: 0 });
    expect(written.batches).toBeLessThan(20);
    await topic.end();
    const list = memory().list('pins');
    await run(
      defineJob({ name: 'pins', sources: { live: topic }, graph: (pins) => ({ pins }), sinks: { pins: list } }),
      { mode: 'live', report: false },
    );
    expect((await list.rows()).map(({ id }) => id).sort()).toEqual([...ids].sort());
  });
});

describe('a body that is no row of the schema', () => {
  it.each<readonly [what: string, body: string | Uint8Array<ArrayBuffer>]>([
    ['torn', '{"id":"a","li'],
    ['empty', ''],
    ['a wrong type', '{"id":"a","likes":"many"}'],
    ['a fraction', '{"id":"a","likes":0.5}'],
    ['too large a number', '{"id":"a","likes":3000000000}'],
    ['a missing field', '{"likes":1}'],
    ['null', '{"id":null,"likes":1}'],
    ['no object', '"a"'],
    ['no UTF-8', Uint8Array.of(0xff, 0xfe, 0x7b, 0x00)],
    ['5,000 nested lists', `{"id":"a","likes":1,"more":${'['.repeat(5000)}${']'.repeat(5000)}}`],
    ['a page', '<html><h1>502 Bad Gateway</h1></html>'],
  ])('%s: 400 with the sentence of the decoder, and nothing is written', async (_, body) => {
    const topic = newTopic();
    const api = ingestion({ routes: { '/pin': { topic } } });
    const value = body;
    const [expected] = jsonDecoder(Pin, new Set()).decode(recordsOf(0, [value])).rejected;
    const { code, field, sentence: error } = expected!;
    const answer = await answerOf(api, post('/pin', body));
    expect(answer).toMatchObject({ status: 400, body: { error, code, ...(field === '' ? {} : { field }) } });
    expect(await recordsIn(topic)).toEqual([]);
    expect(api.metrics()).toMatchObject({ queueBytes: 0, routes: { '/pin': { accepted: 0, rejected: 1 } } });
  });

  it('in a list: none of the list is taken, and the first that is wrong is named', async () => {
    const topic = newTopic();
    const api = ingestion({ routes: { '/pin': { topic } } });
    const good = '{"id":"a","likes":1}';
    expect(await answerOf(api, post('/pin', `[${good},{"id":7,"likes":1},${good},7]`))).toMatchObject({
      status: 400,
      body: { error: 'Field "id" is a number where utf8 is declared.', field: 'id', record: 1, rejected: 2 },
    });
    expect((await answerOf(api, post('/pin', `[${good},${good}`))).body).toMatchObject({
      error: 'The value is not well-formed JSON.',
    });
    expect((await answerOf(api, post('/pin', `[${'['.repeat(5000)}`))).status).toBe(400);
    expect(await recordsIn(topic)).toEqual([]);
  });

  it('that holds too much: 413', async () => {
    const topic = newTopic();
    const api = ingestion({ routes: { '/pin': { topic } }, bodyMax: 50_000 });
    const long = JSON.stringify({ id: 'a'.repeat(50_000), likes: 1 });
    expect((await answerOf(api, post('/pin', long))).status).toBe(413);
    // Without content-length, too.
    const pieces = new ReadableStream<Uint8Array>({ pull: (to) => to.enqueue(new Uint8Array(10_000).fill(0x20)) });
    const endless = new Request('http://localhost/pin', {
      method: 'POST',
      body: pieces,
      headers: json,
      duplex: 'half',
    });
    expect((await answerOf(api, endless)).status).toBe(413);
    expect((await answerOf(api, post('/pin', `[${'0,'.repeat(10_000)}0]`))).status).toBe(413);
    expect(api.metrics().queueBytes).toBe(0);
  });
});

describe('a request that is not meant for it', () => {
  const api = ingestion({ routes: { '/pin': { topic: newTopic() }, '/geo': { topic: newTopic() } } });

  it('another path: 404; another method: 405, with the one that is', async () => {
    expect(await answerOf(api, post('/pins', '{}'))).toMatchObject({
      status: 404,
      body: { error: 'There is no such path: post to /pin, /geo.' },
    });
    const got = await answerOf(api, new Request('http://localhost/pin'));
    expect(got.status).toBe(405);
    expect(got.headers.get('allow')).toBe('POST');
  });

  it.each([
    [{ 'content-type': 'text/plain' }],
    [{ 'content-type': 'application/jsonp' }],
    [{ 'content-type': 'application/json; charset=latin1' }],
    [{ 'content-type': 'application/json', 'content-encoding': 'gzip' }],
  ])('%j: 415', async (headers) => {
    expect((await answerOf(api, post('/pin', '{"id":"a","likes":1}', headers))).status).toBe(415);
  });

  it.each([['application/json; charset=UTF-8'], ['application/vnd.pin+json'], ['Application/JSON']])(
    '%s: taken',
    async (type) => {
      expect((await answerOf(api, post('/pin', '{"id":"a","likes":1}', { 'content-type': type }))).status).toBe(202);
    },
  );
});

describe('an idempotency key', () => {
  const keyed = (key: string, body = '{"id":"a","likes":1}') => post('/pin', body, { ...json, 'idempotency-key': key });

  it('gives the outcome of the first post, and no second record', async () => {
    const topic = newTopic();
    const api = ingestion({ routes: { '/pin': { topic } } });
    const both = await Promise.all([answerOf(api, keyed('k1')), answerOf(api, keyed('k1'))]);
    expect(both).toMatchObject([
      { status: 202, body: { accepted: 1 } },
      { status: 202, body: { accepted: 1 } },
    ]);
    expect((await answerOf(api, keyed('k1'))).status).toBe(202);
    expect((await answerOf(api, keyed('k2', '[{"id":"b","likes":1},{"id":"b","likes":2}]'))).body).toEqual({
      accepted: 2,
    });
    const headers = (await recordsIn(topic)).map((record) => record.headers[0]!.join('=')).sort();
    expect(headers).toEqual(['idempotency-key=k1', 'idempotency-key=k2/0', 'idempotency-key=k2/1']);
  });

  it('with another body: 422; one that is none: 400', async () => {
    const api = ingestion({ routes: { '/pin': { topic: newTopic() } } });
    await api.fetch(keyed('k1'));
    expect((await answerOf(api, keyed('k1', '{"id":"b","likes":1}'))).status).toBe(422);
    expect((await answerOf(api, keyed('k'.repeat(256)))).status).toBe(400);
    expect((await answerOf(api, keyed('two words'))).status).toBe(400);
  });

  it('is forgotten when so many others have come, or its post was not taken', async () => {
    const topic = newTopic();
    const api = ingestion({ routes: { '/pin': { topic } }, idempotencyKeys: 2 });
    for (const key of ['k1', 'k2', 'k3', 'k1', 'k3']) expect((await api.fetch(keyed(key))).status).toBe(202);
    expect(await recordsIn(topic)).toHaveLength(4);
    expect((await api.fetch(keyed('k4', '{}'))).status).toBe(400);
    expect((await api.fetch(keyed('k4'))).status).toBe(202);
  });
});

describe('what cannot work is refused at the call', () => {
  const topic = newTopic();
  it.each<readonly [what: string, call: () => unknown]>([
    ['no routes', () => ingestion({ routes: {} })],
    ['a path that is none', () => ingestion({ routes: { pin: { topic } } })],
    ['a path with a pattern', () => ingestion({ routes: { '/:any': { topic } } })],
    ['a key that is no field', () => ingestion({ routes: { '/pin': { topic, key: 'name' } } })],
    ['a key that is not the topic’s', () => ingestion({ routes: { '/pin': { topic, key: 'title' } } })],
    ['a queue below one body', () => ingestion({ routes: { '/pin': { topic } }, queueMax: 1000 })],
    ['a duration without a unit', () => ingestion({ routes: { '/pin': { topic } }, linger: '5' })],
    ['a sink for a topic', () => ingestion({ routes: { '/pin': { topic: memory().list('pins') as never } } })],
  ])('%s', (_, call) => {
    expect(call).toThrow(expect.toSatisfy((error) => isMillraceError(error)) as Error);
  });
});
