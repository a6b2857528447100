import type { Redis } from 'ioredis';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { redis, type Redis as Store } from '@millrace/connectors/redis';
import { batchOf, contextOf } from '@millrace/connectors/testing';
import { ownServer } from '../own-server.js';
import { tcpProxy } from '../services/tcp-proxy.js';
import { numbered, ownStore, staged } from './own-store.js';

// One owner after the other, and one that does not know yet that it was followed.

let url: string;
let prefix: string;
let store: Store;
let client: Redis;
beforeEach(() => {
  ({ url, prefix, store, client } = ownStore());
});

test('an owner that was followed by a later one stages nothing and shows nothing, and does no harm', async () => {
  const view = store.view('results', { key: ['id'] });
  const before = await view.open(contextOf());
  const committed = await staged(before, 0, numbered(2));
  const next = await view.open(contextOf({ restored: 0, epoch: 1 }));
  await before.publish(committed);
  expect(await view.rows()).toEqual([]);
  await staged(before, 1, numbered(900, 7));
  const stages = await client.keys(`{${prefix}:results}:stage:*`);
  expect(stages).toEqual([`{${prefix}:results}:stage:${committed.staged!['stage'] as string}:0`]);
  await next.publish(committed);
  expect(await view.rows()).toEqual([{ id: 'r0', n: 0 }, { id: 'r1', n: 1 }]); // prettier-ignore
  await Promise.all([before.close(), next.close()]);
});

test('a checkpoint that was shown in part is finished by the next owner, and there is no way back behind it', async () => {
  const proxy = await tcpProxy(Number(new URL(url).port));
  onTestFinished(() => proxy.close());
  const through = redis({ url: `redis://127.0.0.1:${proxy.port}`, prefix, retryFor: '1ms' });
  const view = store.view('results', { key: ['id'] });
  const writer = await through.view('results', { key: ['id'] }).open(contextOf());
  await writer.publish(await staged(writer, 0, numbered(1)));
  const committed = await staged(writer, 1, numbered(1000, 1));
  proxy.dropAnswers(1);
  await expect(writer.publish(committed)).rejects.toMatchObject({ code: 'MILLRACE_SERVER_FAILED' }); // prettier-ignore
  await writer.close();
  // It is committed: what can be seen of it stays.
  expect(await view.rows()).toHaveLength(250);
  await expect(view.open(contextOf({ restored: 0 }))).rejects.toMatchObject({ code: 'MILLRACE_SINK_AHEAD' });
  const next = await view.open(contextOf({ restored: 1 }));
  expect(await next.published()).toBe(0);
  await next.publish(committed);
  expect(await view.rows()).toEqual(numbered(1000, 1).map(({ row }) => row));
  expect(await next.published()).toBe(1);
  await next.close();
});

test('an early row that arrives behind the watermark that has settled it is not shown', async () => {
  const view = store.view('results', { key: ['id'] });
  const writer = await view.open(contextOf());
  const shown = async (): Promise<readonly unknown[]> => (await view.rows({ early: true })).filter(({ early }) => early === true).map(({ id }) => id); // prettier-ignore
  writer.writeEarly!(batchOf(numbered(3)));
  expect(await shown()).toEqual(['r0', 'r1', 'r2']);
  writer.seal(0, 1500);
  await writer.publish({ checkpoint: 0, staged: await writer.stage(0), final: false });
  expect(await shown()).toEqual(['r2']);
  writer.writeEarly!(batchOf(numbered(4)));
  expect(await shown()).toEqual(['r2', 'r3']);
  await writer.close();
});

test('while a server says nothing no more than a few megabytes wait for it', async () => {
  const server = await ownServer('redis');
  const paused = redis({ url: server.url });
  const view = paused.view('results', { key: ['id'] });
  onTestFinished(() => paused.close());
  const writer = await view.open(contextOf());
  server.pause();
  const filler = 'x'.repeat(1000);
  let written = 0;
  let room: unknown;
  while (written < 32_000 && (room = writer.room()) === undefined) {
    writer.write(batchOf(Array.from({ length: 500 }, (_, i) => ({ time: 0, offset: 0, row: { id: `${written + i} ${filler}`, n: i } })))); // prettier-ignore
    written += 500;
  }
  // A key stands in the row as well.
  expect(written).toBeLessThan(4000);
  server.resume();
  await room;
  expect(writer.room()).toBeUndefined();
  writer.seal(0);
  await writer.publish({ checkpoint: 0, staged: await writer.stage(0), final: false });
  expect(await view.rows()).toHaveLength(written);
  await writer.close();
});
