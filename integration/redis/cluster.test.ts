import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { redis } from '@millrace/connectors/redis';
import {
  batchOf,
  contextOf,
  earlyViewContract,
  replaceContract,
  rowsNamed,
  sinkContract,
} from '@millrace/connectors/testing';
import { startInstance, type RunningService } from '../services/instance.js';
import { freePort } from '../services/ports.js';
import { redisServer } from '../services/redis.js';
import { sharedServices } from '../services/services.js';
import { until } from '../until.js';

// Two nodes with half of the slots each: a view is on one of them, and any node of the cluster leads there.

const slots = 16_384;
let nodes: readonly RunningService[];

beforeAll(async () => {
  // The same server as the tests share.
  expect(sharedServices().redis).toBeDefined();
  nodes = await Promise.all([clusterNode(), clusterNode()]);
  const clients = nodes.map(({ url }) => new Redis(url));
  for (const [i, client] of clients.entries()) {
    const range = Array.from({ length: slots / 2 }, (_, slot) => (i * slots) / 2 + slot);
    await client.call('CLUSTER', 'ADDSLOTS', ...range);
  }
  await clients[0]!.call('CLUSTER', 'MEET', '127.0.0.1', String(nodes[1]!.port));
  const isUp = async (client: Redis): Promise<boolean> => String(await client.call('CLUSTER', 'INFO')).includes('cluster_state:ok'); // prettier-ignore
  for (const client of clients) await until(() => isUp(client));
  for (const client of clients) client.disconnect();
});

afterAll(() => Promise.all(nodes.map((node) => node.remove())));

/** A node speaks to others on a port 10,000 above its own, which should be below those that systems give away. */
async function clusterNode(): Promise<RunningService> {
  const server = await redisServer();
  let port = await freePort();
  while (port > 22_000) port = await freePort();
  const command: typeof server.command = async (folder, on) => {
    const { line, ...rest } = await server.command(folder, on);
    return { ...rest, line: [...line, '--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf'] };
  };
  return startInstance({ ...server, command }, { port });
}

async function subject() {
  // Any node will do, and any slot.
  const store = redis({ url: nodes[Math.floor(Math.random() * 2)]!.url, prefix: randomUUID() });
  const view = store.view('results', { key: ['id'] });
  return {
    sink: view,
    again: async () => store.view('results', { key: ['id'] }),
    visible: async () => (await view.rows()).map(({ id }) => id as string),
    rows: () => view.rows(),
    rowsWithEarly: () => view.rows({ early: true }),
    dispose: () => store.close(),
  };
}

const contracted = { name: 'a view of a Redis Cluster', make: subject };
sinkContract({ describe, it }, contracted);
replaceContract({ describe, it }, contracted);
earlyViewContract({ describe, it }, contracted);

test('all keys of a view are on one node, and each view is on its own', async () => {
  const prefix = randomUUID();
  const store = redis({ url: nodes[0]!.url, prefix });
  for (let i = 0; i < 12; i++) {
    const writer = await store.view(`view ${i}`, { key: ['id'] }).open(contextOf());
    writer.write(batchOf(rowsNamed('a', 'b')));
    writer.seal(0);
    await writer.publish({ checkpoint: 0, staged: await writer.stage(0), final: false });
    await writer.close();
  }
  const found = await Promise.all(
    nodes.map(async ({ url }) => {
      const client = new Redis(url);
      const keys = await client.keys(`{${prefix}:*`);
      client.disconnect();
      return new Set(keys.map((key) => key.slice(0, key.indexOf('}'))));
    }),
  );
  expect(found[0]!.size + found[1]!.size).toBe(12);
  expect(found[0]!.size).toBeGreaterThan(0);
  expect(found[1]!.size).toBeGreaterThan(0);
  expect([...found[0]!].filter((view) => found[1]!.has(view))).toEqual([]);
  for (let i = 0; i < 12; i++) expect(await store.view(`view ${i}`, { key: ['id'] }).rows()).toHaveLength(2);
  await store.close();
});
