import { beforeEach, expect, onTestFinished, test } from 'vitest';
import type { Redis } from 'ioredis';
import type { SinkWriter } from '@millrace/core/connector';
import { redis, type Redis as Store } from '@millrace/connectors/redis';
import { batchOf, contextOf, type RankedRow } from '@millrace/connectors/testing';
import { tcpProxy } from '../services/tcp-proxy.js';
import { ownStore, staged } from './own-store.js';

// What the contract of shared sinks does not ask: parts that are shown in pieces, and what they leave behind.

let url: string;
let prefix: string;
let store: Store;
let client: Redis;
beforeEach(() => {
  ({ url, prefix, store, client } = ownStore());
});

const rows = (name: string, count: number): RankedRow[] => Array.from({ length: count }, (_, i) => ({ time: i * 1000, offset: i, row: { id: `${name}${String(i).padStart(4, '0')}`, n: i } })); // prettier-ignore
const idsOf = (...lists: readonly RankedRow[][]): unknown[] => lists.flatMap((list) => list.map(({ row }) => row['id'])).sort(); // prettier-ignore

const view = () => store.view('results', { key: ['id'] });
const shown = async (): Promise<unknown[]> => (await view().rows()).map(({ id }) => id).sort();
const part = (domain: string, restored = -1): Promise<SinkWriter> => view().open(contextOf({ domain, restored }));

test('a part that was shown in pieces is finished by its next owner, and others go on meanwhile', async () => {
  const proxy = await tcpProxy(Number(new URL(url).port));
  onTestFinished(() => proxy.close());
  const through = redis({ url: `redis://127.0.0.1:${proxy.port}`, prefix, retryFor: '1ms' });
  onTestFinished(() => through.close());
  const one = await through.view('results', { key: ['id'] }).open(contextOf({ domain: 'p0' }));
  const two = await part('p1');
  const committed = await staged(one, 0, rows('a', 1000));
  proxy.dropAnswers(1);
  await expect(one.publish(committed)).rejects.toMatchObject({ code: 'MILLRACE_SERVER_FAILED' });
  await one.close();
  expect(await shown()).toHaveLength(250);
  await two.publish(await staged(two, 0, rows('b', 600)));
  await two.publish(await staged(two, 1, rows('c', 2)));
  await expect(part('p0')).rejects.toMatchObject({ code: 'MILLRACE_SINK_AHEAD' });
  const next = await part('p0', 0);
  expect(await next.published()).toBe(-1);
  await next.publish(committed);
  expect(await shown()).toEqual(idsOf(rows('a', 1000), rows('b', 600), rows('c', 2)));
  expect([await next.published(), await two.published()]).toEqual([0, 1]);
  await Promise.all([next.close(), two.close()]);
});

test('nothing of the parts is left once their result was replaced', async () => {
  const [one, two] = [await part('p0'), await part('p1')];
  await one.publish(await staged(one, 0, rows('a', 300)));
  await two.publish(await staged(two, 0, rows('b', 1)));
  await staged(two, 1, rows('orphan', 300));
  await Promise.all([one.close(), two.close()]);
  const replay = await view().open(contextOf({ lineage: 'L2', publish: 'replace' }));
  await replay.publish({ ...(await staged(replay, 0, rows('x', 1))), final: true });
  await replay.close();
  const names = ['', ':2:["x0000"]', ':2:times', ':generation', ':lineage:L2'];
  expect((await client.keys(`{${prefix}:*`)).sort()).toEqual(names.map((name) => `{${prefix}:results}${name}`).sort());
});

test('a view that was deleted under a part is told of, and not built again from the middle', async () => {
  const one = await part('p0');
  await one.publish(await staged(one, 0, rows('a', 1)));
  await client.del(`{${prefix}:results}`);
  await expect(one.publish(await staged(one, 1, rows('b', 1)))).rejects.toThrow('has lost what it had acknowledged');
  expect(await shown()).toEqual([]);
  await one.close();
});

test('parts show no early rows', async () => {
  const one = await part('p0');
  await one.publish(await staged(one, 0, rows('a', 1)));
  one.writeEarly!(batchOf(rows('b', 3)));
  expect(await view().rows({ early: true })).toEqual([{ id: 'a0000', n: 0, early: false }]);
  await one.close();
});
