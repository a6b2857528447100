import { expect, onTestFinished, test } from 'vitest';
import { run, start } from '@millrace/core';
import { memory } from '@millrace/connectors/memory';
import { randomOf, seedOf } from '@millrace/core/testing';
import type { RunningService } from '../services/services.js';
import { tcpProxy, type TcpProxy } from '../services/tcp-proxy.js';
import { failureOf } from '../failure-of.js';
import { ownServer } from '../own-server.js';
import { clientOf, expectWhole, jobOn, Pin, pin, total } from './pins-on-redis.js';
import { until } from '../until.js';

const perTurn = 300;
const seed = seedOf();

/** Runs the job while records come, and does `fault` between them. */
async function throughFaults(server: RunningService, url: string, fault: (turn: number) => unknown): Promise<number> {
  const topic = memory().topic('pins', Pin, { partitions: 2 });
  const handle = start(jobOn(topic, { url }), { mode: 'live', report: false, checkpointEvery: '20ms', batchRows: 50 });
  // A server that does not answer when a run begins ends it: the URL may be wrong.
  await until(() => handle.metrics().state === 'running');
  for (let from = 0; from < total; from += perTurn) {
    await topic.send(Array.from({ length: perTurn }, (_, i) => pin(from + i)));
    await fault(from / perTurn);
  }
  await topic.end();
  const { outputs } = await handle.done;
  await expectWhole(server, outputs['counts']!.rows);
  return outputs['counts']!.rows;
}

test('a server that is killed and comes back is waited for', async () => {
  const server = await ownServer('redis');
  await throughFaults(server, server.url, async (turn) => {
    if (turn % 3 !== 1) return;
    await server.kill();
    await server.restart();
  });
});

test('connections that the server ends cost nothing', async () => {
  const server = await ownServer('redis');
  const client = clientOf(server);
  await throughFaults(server, server.url, () => client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'));
});

test('a server that forgets its scripts is given them again', async () => {
  const server = await ownServer('redis');
  const client = clientOf(server);
  await throughFaults(server, server.url, () => client.script('FLUSH'));
});

test('a server that says nothing for a while is waited for', async () => {
  const server = await ownServer('redis');
  await throughFaults(server, server.url, async (turn) => {
    if (turn !== 3) return;
    server.pause();
    await new Promise((resolve) => setTimeout(resolve, 500));
    server.resume();
  });
});

test(`lost answers, lost requests, cut and slow connections, and requests that arrive late once more (seed ${seed})`, async () => {
  const server = await ownServer('redis');
  const proxy = await tcpProxy(server.port);
  onTestFinished(() => proxy.close());
  const random = randomOf(seed);
  const faults: readonly ((proxy: TcpProxy) => unknown)[] = [
    (to) => to.cut(),
    (to) => to.dropAnswers(1 + random.below(3)),
    (to) => to.dropRequests(1 + random.below(3)),
    (to) => to.repeat(),
    (to) => to.delay(random.below(15)),
  ];
  const counts = await throughFaults(server, `redis://127.0.0.1:${proxy.port}`, async () => {
    for (let i = 0; i < 4; i++) {
      await random.pick(faults)(proxy);
      await new Promise((resolve) => setTimeout(resolve, random.below(25)));
    }
  });
  expect(proxy.cuts).toBeGreaterThan(0);
  // All that was ever sent comes once more when all is over.
  proxy.cut();
  await proxy.repeat();
  await expectWhole(server, counts);
});

test('a server that stays away ends the run with one sentence, and a restart makes it whole', async () => {
  const server = await ownServer('redis');
  const topic = memory().topic('pins', Pin);
  const job = jobOn(topic, { url: server.url, retryFor: '300ms' });
  const handle = start(job, { mode: 'live', report: false, checkpointEvery: '20ms' });
  const failure = failureOf(handle.done);
  await until(() => handle.metrics().state === 'running');
  await server.kill();
  await topic.send(Array.from({ length: total }, (_, i) => pin(i)));
  expect(await failure).toMatch(/^MILLRACE_SERVER_FAILED redis view ".*: the server does not answer\.$/);
  await topic.end();
  await server.restart();
  const { outputs } = await run(job, { mode: 'live', report: false });
  await expectWhole(server, outputs['counts']!.rows);
});
