import { Redis } from 'ioredis';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { defineJob, run, schema, timestamp, utf8, isMillraceError } from '@millrace/core';
import { memory } from '@millrace/connectors/memory';
import { redis, type RedisOptions } from '@millrace/connectors/redis';
import { contextOf } from '@millrace/connectors/testing';
import { eventTime } from '@millrace/operators';
import { startService, type RunningService } from '../services/services.js';
import { failureOf } from '../failure-of.js';

// What cannot be meant is refused before the first record, in one sentence.

const Pin = schema({ id: utf8, at: timestamp });

let server: RunningService;
let client: Redis;
beforeEach(async () => {
  server = await startService('redis');
  client = new Redis(server.url);
  onTestFinished(async () => {
    client.disconnect();
    await server.remove();
  });
});

/** The first line of what a run is refused with. */
async function refusal(options: Partial<RedisOptions>): Promise<string> {
  const source = memory().rows(Pin, [{ id: 'a', at: new Date(0) }]);
  const job = defineJob({
    name: 'refused',
    sources: { live: source },
    graph: (pins) => ({ pins: pins.pipe(eventTime('at', { maxOutOfOrderness: '5s' })) }),
    sinks: { pins: redis({ url: server.url, ...options }).view('pins', { key: ['id'] }) },
  });
  const failure = await failureOf(run(job, { mode: 'live', report: false }));
  expect(await client.keys('*')).toEqual([]);
  return failure;
}

function urlWith(change: (url: URL) => void): string {
  const url = new URL(server.url);
  change(url);
  return url.href;
}

test('a wrong port, a wrong host, a wrong database', async () => {
  const label = 'redis view "pins" (127.0.0.1:9/0)';
  expect(await refusal({ url: urlWith((url) => (url.port = '9')) })).toBe(`MILLRACE_SERVER_FAILED ${label}: the server does not answer.`); // prettier-ignore
  expect(await refusal({ url: urlWith((url) => (url.hostname = 'nobody.invalid')) })).toMatch(/: the server is not known by that name\.$/); // prettier-ignore
  expect(await refusal({ url: urlWith((url) => (url.pathname = '/99')) })).toMatch(/: the server has no database of that number\.$/); // prettier-ignore
});

test('no password, a wrong one, a wrong user, and one that may not', async () => {
  await client.config('SET', 'requirepass', 'right');
  await client.auth('right');
  expect(await refusal({})).toMatch(/: the server asks for a password\.$/);
  const wrong = await refusal({ url: urlWith((url) => (url.password = 'geheim')) });
  expect(wrong).toMatch(/: the server refuses the user or the password\.$/);
  expect(wrong).not.toContain('geheim');
  await client.acl('SETUSER', 'reader', 'on', '>right', '~*', '+@read', '+@connection', '+info', '+script|load');
  const url = urlWith((url) => ((url.username = 'reader'), (url.password = 'right')));
  expect(await refusal({ url })).toMatch(/: the server denies it: NOPERM /);
  // And the right one is taken.
  const store = redis({ url: urlWith((url) => (url.password = 'right')) });
  const writer = await store.view('pins', { key: ['id'] }).open(contextOf());
  await writer.close();
});

test('a replica', async () => {
  await client.replicaof('127.0.0.1', 9);
  expect(await refusal({})).toMatch(/: the server is a replica, which takes no writes\.$/);
});

test('a server that would remove rows to have room, and one that has none', async () => {
  await client.config('SET', 'maxmemory', '100mb');
  await client.config('SET', 'maxmemory-policy', 'allkeys-lru');
  const evicts = 'its server removes keys to have room (maxmemory-policy is allkeys-lru)';
  expect(await refusal({})).toBe(`MILLRACE_SINK_UNFIT redis view "pins" (127.0.0.1:${server.port}/0) cannot take the output "pins": ${evicts}.`); // prettier-ignore
  await client.config('SET', 'maxmemory-policy', 'volatile-lru');
  await client.config('SET', 'maxmemory', '1');
  expect(await refusal({})).toMatch(/: the server has no memory left\.$/);
});

test('names and options that cannot be meant', () => {
  const thrown = (make: () => unknown): string => {
    try {
      make();
    } catch (error) {
      if (isMillraceError(error)) return error.sentence;
    }
    return 'nothing';
  };
  const options =
    (given: object): (() => unknown) =>
    () =>
      redis(given as RedisOptions);
  expect(thrown(options({}))).toBe('redis: url is missing.');
  expect(thrown(options({ url: 'http://127.0.0.1' }))).toBe('redis: url does not begin with redis:// or rediss://.');
  expect(thrown(options({ url: 'redis://127.0.0.1/pins' }))).toBe('redis: url does not name its database by a number.');
  expect(thrown(options({ url: server.url, prefix: 'a{b' }))).toBe('redis: prefix has a { or a }.');
  expect(thrown(options({ url: server.url, retryFor: 'soon' }))).toMatch(/retryFor/);
  expect(thrown(() => redis({ url: server.url }).view('pins', { key: [] }))).toBe(
    'redis view "pins": key names no field.',
  );
});

test('another key, or fields with the names that rows have themselves', async () => {
  const store = redis({ url: server.url });
  const writer = await store.view('pins', { key: ['id'] }).open(contextOf());
  writer.seal(0);
  await writer.publish({ checkpoint: 0, staged: await writer.stage(0), final: false });
  await writer.close();
  const other = store.view('pins', { key: ['n'] as string[] }).open(contextOf({ restored: 0 }));
  await expect(other).rejects.toThrow('its rows have the key (id), and the view says (n)');
  const { fields } = schema({ id: utf8, millrace_rank: utf8 });
  const taken = store.view('taken', { key: ['id'] }).open(contextOf({ schema: { fields } }));
  await expect(taken).rejects.toMatchObject({ code: 'MILLRACE_FIELD_COLLISION' });
});
