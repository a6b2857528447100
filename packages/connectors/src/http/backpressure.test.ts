import { describe, expect, it } from 'vitest';
import { int32, millraceError, schema, utf8 } from '@millrace/core';
import { ingestion, type Ingestion, type IngestedRecord, type IngestionOptions, type IngestionTopic } from './index.js';

const Pin = schema({ id: utf8, likes: int32 });

/** A topic whose broker answers when it is told to. */
function heldTopic() {
  const writes: { readonly ids: string[]; readonly done: () => void; readonly failed: (error: unknown) => void }[] = [];
  let told: (() => void) | undefined;
  const topic: IngestionTopic = {
    schema: Pin,
    label: 'topic "pins"',
    append: (records: readonly IngestedRecord[]) =>
      new Promise((done, failed) => {
        const ids = records.map(({ value }) => (JSON.parse(Buffer.from(value).toString()) as { id: string }).id);
        writes.push({ ids, done, failed });
        told?.();
      }),
  };
  return {
    topic,
    writes,
    async written(count: number) {
      while (writes.length < count) await new Promise<void>((resolve) => (told = resolve));
      return writes[count - 1]!;
    },
  };
}

const apiOn = (topic: IngestionTopic, options: Omit<IngestionOptions, 'routes'> = {}) =>
  ingestion({ routes: { '/pin': { topic } }, linger: '1ms', ...options });

function post(id: string, key?: string): Request {
  const headers = { 'content-type': 'application/json', ...(key === undefined ? {} : { 'idempotency-key': key }) };
  return new Request('http://localhost/pin', { method: 'POST', headers, body: JSON.stringify({ id, likes: 1 }) });
}

const postLength = JSON.stringify({ id: 'id0000', likes: 1 }).length;

/** Resolves when so many bytes wait for the broker, and no post is being read. */
async function untilQueued(api: Ingestion, bytes: number): Promise<undefined> {
  while (api.metrics().queueBytes !== bytes) await new Promise((resolve) => setTimeout(resolve, 1));
  return undefined;
}

const away = () =>
  millraceError('MILLRACE_SERVER_FAILED', { server: 'kafka at broker:9092', problem: 'cannot be reached', fix: '' });

describe('while the broker writes', () => {
  it('what comes is the next batch, in order, and no answer is given before', async () => {
    const { topic, writes, written } = heldTopic();
    const api = apiOn(topic);
    const first = api.fetch(post('a'));
    await written(1);
    const answered: string[] = [];
    const rest = ['b', 'c', 'd'].map((id) =>
      api.fetch(post(id)).then(({ status }) => answered.push(`${id} ${status}`)),
    );
    writes[0]!.done();
    expect((await first).status).toBe(202);
    const second = await written(2);
    expect(second.ids).toEqual(['b', 'c', 'd']);
    expect(answered).toEqual([]);
    second.done();
    await Promise.all(rest);
    expect(answered.sort()).toEqual(['b 202', 'c 202', 'd 202']);
  });

  it('more than the queue holds: 429 with Retry-After, and there is room again afterwards', async () => {
    const { topic, written } = heldTopic();
    const api = apiOn(topic, { bodyMax: 1000, queueMax: 4000 });
    const statuses: Promise<number>[] = [];
    let refused: Response | undefined;
    while (refused === undefined) {
      const before = api.metrics().queueBytes;
      const answer = api.fetch(post(`id${String(statuses.length).padStart(4, '0')}`));
      refused = await Promise.race([answer, untilQueued(api, before + postLength)]);
      if (refused === undefined) statuses.push(answer.then(({ status }) => status));
    }
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('1');
    // All of the queue, but for what a post takes until it is read.
    expect(statuses.length).toBe(Math.floor((4000 - 1024) / postLength));
    (await written(1)).done();
    void written(2).then(({ done }) => done());
    expect(new Set(await Promise.all(statuses))).toEqual(new Set([202]));
    expect(api.metrics().queueBytes).toBe(0);
    const again = api.fetch(post('z'));
    void written(api.metrics().routes['/pin']!.batches + 1).then(({ done }) => done());
    expect((await again).status).toBe(202);
  });
});

describe('many small records in one post', () => {
  const listOf = (count: number): Request => {
    const body = JSON.stringify(Array.from({ length: count }, (_, i) => ({ id: `${i}`, likes: i })));
    return new Request('http://localhost/pin', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
  };

  it('count for what they take in memory, and are never more than the queue could take', async () => {
    const { topic, written } = heldTopic();
    const api = apiOn(topic, { bodyMax: 1000, queueMax: 4000 });
    expect((await api.fetch(listOf(7))).status).toBe(413);
    const first = api.fetch(listOf(6));
    const write = await written(1);
    expect(api.metrics().queueBytes).toBeGreaterThan(5 * 512);
    expect((await api.fetch(listOf(6))).status).toBe(429);
    write.done();
    expect((await first).status).toBe(202);
    expect(api.metrics().queueBytes).toBe(0);
    const empty = api.fetch(listOf(0));
    (await written(2)).done();
    expect((await empty).status).toBe(202);
    expect(api.metrics().queueBytes).toBe(0);
  });
});

describe('a broker that is away', () => {
  it('503 with Retry-After, in the words of the topic; nothing of it is remembered', async () => {
    const { topic, written } = heldTopic();
    const api = apiOn(topic);
    const first = api.fetch(post('a', 'k1'));
    (await written(1)).failed(away());
    const answer = await first;
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(await answer.json()).toEqual({ error: 'kafka at broker:9092: the server cannot be reached.' });
    const again = api.fetch(post('a', 'k1'));
    (await written(2)).done();
    expect((await again).status).toBe(202);
  });

  it('503 after a time; the same post with its key has the outcome of the first, and is no second record', async () => {
    const { topic, writes, written } = heldTopic();
    const api = apiOn(topic, { acknowledgeWithin: '30ms' });
    expect((await api.fetch(post('a', 'k1'))).status).toBe(503);
    const again = api.fetch(post('a', 'k1'));
    (await written(1)).done();
    expect((await again).status).toBe(202);
    expect(writes).toHaveLength(1);
  });

  it('a fault of one post does not take the others with it', async () => {
    const { topic, written } = heldTopic();
    const api = apiOn(topic);
    const unfit = () =>
      millraceError('MILLRACE_OPTION_INVALID', {
        subject: 'topic "pins"',
        option: 'value',
        problem: 'is too long',
        fix: '',
      });
    const posts = ['a', 'b', 'c'].map((id) => api.fetch(post(id)));
    (await written(1)).failed(unfit());
    (await written(2)).done();
    (await written(3)).failed(unfit());
    (await written(4)).done();
    expect((await Promise.all(posts)).map(({ status }) => status)).toEqual([202, 500, 202]);
  });
});

describe('closing', () => {
  it('answers what is under way after its acknowledgement, and takes nothing more', async () => {
    const { topic, written } = heldTopic();
    const api = apiOn(topic, { linger: '1h' });
    const post1 = api.fetch(post('id0000'));
    await untilQueued(api, postLength);
    const closed = api.close();
    const refused = await api.fetch(post('b'));
    expect(refused.status).toBe(503);
    let isClosed = false;
    void closed.then(() => (isClosed = true));
    const write = await written(1);
    expect(isClosed).toBe(false);
    write.done();
    expect((await post1).status).toBe(202);
    await closed;
  });
});
