import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import { int32, schema, timestamp } from '@millrace/core';
import type { SinkWriter } from '@millrace/core/connector';
import { redis, type RedisChange, type RedisView } from '@millrace/connectors/redis';
import { batchOf, contextOf, type RankedRow } from '@millrace/connectors/testing';
import { until } from '../until.js';
import { ownServer } from '../own-server.js';
import { publish as publishRows } from './own-store.js';

const { fields } = schema({ at: timestamp, n: int32 });
const row = (n: number, time = n): RankedRow => ({ time, offset: 0, row: { at: new Date(n), n } });

/** What is heard of a view: keys as their numbers, `early` before early ones, `*` for all. */
async function listening(view: RedisView): Promise<readonly string[]> {
  const heard: string[] = [];
  const text = ({ key, early }: RedisChange): string =>
    key === undefined ? '*' : `${early ? 'early ' : ''}${(key['at'] as Date).getTime()}`;
  const subscription = view.changes.subscribe((change) => heard.push(text(change)));
  onTestFinished(() => subscription.unsubscribe());
  return heard;
}

const publish = (writer: SinkWriter, checkpoint: number, rows: readonly RankedRow[], final = false): Promise<void> =>
  publishRows(writer, checkpoint, rows, { fields, final });

/** Publishes until it is heard, and forgets what was heard. */
async function heardFrom(heard: readonly string[], tell: () => Promise<void>): Promise<void> {
  while (heard.length === 0) {
    await tell();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  (heard as string[]).length = 0;
}

async function expectHeard(heard: readonly string[], ...expected: readonly string[]): Promise<void> {
  await until(
    () => heard.length >= expected.length,
    () => heard,
  );
  expect(heard).toEqual(expected);
}

test('changes of a view are heard with their keys, early ones apart, and a replacement, also after a server was away', async () => {
  const server = await ownServer('redis');
  const store = redis({ url: server.url });
  onTestFinished(() => store.close());
  const view = store.view('results', { key: ['at'] });
  const writer = await view.open(contextOf({ schema: { fields } }));
  const heard = await listening(view);
  let time = 0;
  let checkpoint = 0;
  await heardFrom(heard, () => publish(writer, checkpoint++, [row(0, time++)]));

  writer.writeEarly!(batchOf([row(1)], fields));
  await view.rows({ early: true });
  await publish(writer, checkpoint++, [row(2), row(3)]);
  await expectHeard(heard, 'early 1', '2', '3');

  await server.restart();
  await expectHeard(heard, 'early 1', '2', '3', '*');
  await publish(writer, checkpoint++, [row(4)]);
  await writer.close();
  const replay = await view.open(contextOf({ schema: { fields }, lineage: 'L2', publish: 'replace' }));
  await publish(replay, 0, [row(5)], true);
  await replay.close();
  await expectHeard(heard, 'early 1', '2', '3', '*', '4', '*');
});

test('who listens to a server that stays away, or lets nobody in, is told why', async () => {
  const server = await ownServer('redis');
  const told = (url: string): Promise<unknown> => new Promise((resolve) => redis({ url, retryFor: '50ms' }).view('results', { key: ['at'] }).changes.subscribe({ error: resolve })); // prettier-ignore
  expect(await told(server.url.replace('//', '//:geheim@'))).toMatchObject({
    sentence: expect.stringMatching(/: the server refuses the user or the password\.$/) as string,
  });
  await server.kill();
  expect(await told(server.url)).toMatchObject({ sentence: expect.stringMatching(/: the server does not answer\.$/) as string }); // prettier-ignore
});

test('who only listens gives the server no scripts', async () => {
  const server = await ownServer('redis');
  const client = new Redis(server.url);
  onTestFinished(() => client.disconnect());
  await listening(redis({ url: server.url }).view('results', { key: ['at'] }));
  await until(async () => (await client.pubsub('CHANNELS')).length > 0);
  expect(await client.info('commandstats')).not.toMatch(/script/);
});

test('a program that has listened ends when it has unsubscribed', async () => {
  const server = await ownServer('redis');
  const program = `
    import { redis } from '@millrace/connectors/redis';
    const subscription = redis({ url: '${server.url}' }).view('results', { key: ['at'] }).changes.subscribe();
    setTimeout(() => subscription.unsubscribe(), 100);`;
  const options = { cwd: `${import.meta.dirname}/../..`, timeout: 20_000 };
  const { stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], options);
  expect(stderr).toBe('');
});
