import { expect, onTestFinished, test } from 'vitest';
import { run, start, type JobHandle } from '@millrace/core';
import type { Redis } from 'ioredis';
import { memory } from '@millrace/connectors/memory';
import { tcpProxy } from '../services/tcp-proxy.js';
import { failureOf } from '../failure-of.js';
import { ownServer } from '../own-server.js';
import { clientOf, expectWhole, jobOn, Pin, pin, total } from './pins-on-redis.js';
import { until } from '../until.js';

// What Redis has acknowledged it can lose. A job goes on where nothing was lost, and says so where something was.

const half = total / 2;
const pinsFrom = (from: number, count: number): string[] => Array.from({ length: count }, (_, i) => pin(from + i));

const publishedOf = async (client: Redis, view: string): Promise<number> => Number((await client.hget(`{millrace:${view}}`, 'published')) ?? -1); // prettier-ignore

/** A primary, a replica that follows it, and a proxy that leads to the one that serves. */
async function pair() {
  const [primary, replica] = await Promise.all([ownServer('redis'), ownServer('redis')]);
  const proxy = await tcpProxy(primary.port);
  const between = await tcpProxy(primary.port);
  onTestFinished(async () => {
    await Promise.all([proxy.close(), between.close()]);
  });
  const [first, second] = [clientOf(primary), clientOf(replica)];
  await first.config('SET', 'repl-diskless-sync-delay', '0');
  await second.replicaof('127.0.0.1', between.port);
  const offset = async (client: Redis): Promise<string> => /_repl_offset:(\d+)/.exec(await client.info('replication'))![1]!; // prettier-ignore
  return {
    url: `redis://127.0.0.1:${proxy.port}`,
    primary: first,
    replica: second,
    server: replica,
    inStep: () => until(async () => (await second.info('replication')).includes('master_link_status:up') && (await offset(first)) === (await offset(second))), // prettier-ignore
    /** The replica hears no more of the primary. */
    async parted() {
      between.retarget(9);
      between.cut();
      await until(async () => (await second.info('replication')).includes('master_link_status:down'));
    },
    async failOver() {
      await second.replicaof('NO', 'ONE');
      proxy.retarget(replica.port);
      proxy.cut();
    },
  };
}

function begun(job: ReturnType<typeof jobOn>): JobHandle {
  return start(job, { mode: 'live', report: false, checkpointEvery: '20ms' });
}

test('a fail-over that loses nothing is not noticed', async () => {
  const { url, server, primary, inStep, failOver } = await pair();
  const topic = memory().topic('pins', Pin);
  const handle = begun(jobOn(topic, { url }));
  await topic.send(pinsFrom(0, half));
  await until(async () => (await publishedOf(primary, 'pins')) >= 0);
  await inStep();
  await failOver();
  await topic.send(pinsFrom(half, half));
  await topic.end();
  const { outputs } = await handle.done;
  await expectWhole(server, outputs['counts']!.rows);
});

test('one that loses what was acknowledged ends the run with one sentence, and the view is built again', async () => {
  const { url, server, primary, replica, inStep, parted, failOver } = await pair();
  const topic = memory().topic('pins', Pin);
  const job = jobOn(topic, { url });
  const handle = begun(job);
  const failure = failureOf(handle.done);
  await topic.send(pinsFrom(0, half));
  await until(async () => (await publishedOf(primary, 'pins')) >= 0);
  await inStep();
  await parted();
  const kept = await publishedOf(replica, 'pins');
  await topic.send(pinsFrom(half, half - 1));
  await until(async () => (await publishedOf(primary, 'pins')) > kept);
  await failOver();
  await topic.send([pin(total - 1)]);
  expect(await failure).toMatch(/^MILLRACE_SINK_UNFIT .* lost what it had acknowledged: it has checkpoint \d+ of this history, and had checkpoint \d+\.$/); // prettier-ignore
  await topic.end();
  const again = await failureOf(run(job, { mode: 'live', report: false }));
  // By the last checkpoint, or by what the server says, where that checkpoint had not heard yet of what was shown.
  expect(again).toMatch(/^MILLRACE_SINK_UNFIT .*: (it shows checkpoint \d+ of this history, and had shown|its server has lost what it had acknowledged: it has) checkpoint \d+/); // prettier-ignore
  const { outputs } = await run(job, { mode: 'live', report: false, lineage: 'new', publish: 'replace' });
  await expectWhole(server, outputs['counts']!.rows);
});

test('a server that has lost what it had acknowledged is told of, at work and at the next start', async () => {
  const server = await ownServer('redis');
  const topic = memory().topic('pins', Pin);
  const job = jobOn(topic, { url: server.url });
  const handle = start(job, { mode: 'live', report: false, checkpointEvery: '20ms' });
  const failure = failureOf(handle.done);
  const client = clientOf(server);
  await topic.send(Array.from({ length: total / 2 }, (_, i) => pin(i)));
  await until(async () => (await publishedOf(client, 'pins')) >= 1);
  await client.flushall();
  await topic.send(Array.from({ length: total / 2 }, (_, i) => pin(total / 2 + i)));
  expect(await failure).toMatch(
    /^MILLRACE_SINK_UNFIT .* its server has lost what it had acknowledged: it has nothing /,
  );
  await topic.end();
  await client.flushall();
  const again = failureOf(run(job, { mode: 'live', report: false }));
  expect(await again).toMatch(
    /^MILLRACE_SINK_UNFIT .*: it shows nothing of this history, and had shown checkpoint \d+/,
  );
  const { outputs } = await run(job, { mode: 'live', report: false, lineage: 'new' });
  await expectWhole(server, outputs['counts']!.rows);
});
