import { defineJob, int32, memoryStore, nullable, run, schema, start, timestamp, utf8, type Flow, type Source } from '@millrace/core'; // prettier-ignore
import { memory } from '@millrace/connectors/memory';
import { redis, type RedisView } from '@millrace/connectors/redis';
import { eventTime, lookupJoin, where } from '@millrace/operators';
import { expect, onTestFinished, test } from 'vitest';
import { tcpProxy } from '../services/tcp-proxy.js';
import { until } from '../until.js';
import { ownStore } from './own-store.js';

// One job keeps users in a view of Redis, and another looks them up.

const User = schema({ ind: int32, first_name: nullable(utf8), at: timestamp });
const Pin = schema({ index: int32, user: nullable(int32) });
const Taken = schema({ first_name: nullable(utf8) });
const quiet = { mode: 'live', report: false } as const;

type View = RedisView<'ind'>;

/** Shows users, as a job that ends. */
async function show(view: View, name: string, users: readonly number[]): Promise<void> {
  const rows = users.map((ind) => ({ ind, first_name: ind % 7 === 0 ? null : `u${ind}`, at: new Date(0) }));
  const graph = (flow: Flow<typeof User.fields>) => ({
    users: flow.pipe(eventTime('at', { maxOutOfOrderness: '0s' })),
  });
  await run(defineJob({ name, sources: { live: memory().rows(User, rows) }, graph, sinks: { users: view } }), quiet);
}

/** The pins with the names of their users, in a list. */
function naming(view: View, pins: Source<typeof Pin.fields>) {
  const place = memory();
  const named = place.list('named');
  const graph = (flow: Flow<typeof Pin.fields>) => ({
    named: flow.pipe(
      where(({ index }) => index >= 0),
      lookupJoin(view, { on: { ind: 'user' }, take: Taken }),
    ),
  });
  return {
    named,
    job: defineJob({ name: 'naming', sources: { live: pins }, graph, sinks: { named }, checkpoints: memoryStore() }),
  };
}

const pinsOf = (count: number) => Array.from({ length: count }, (_, index) => ({ index, user: index % 11 === 0 ? null : index % 250 })); // prettier-ignore
const expected = (count: number) =>
  pinsOf(count).map(({ index, user }) => {
    const isKnown = user !== null && user < 200 && user % 7 !== 0;
    return { index, user, first_name: isKnown ? `u${user}` : null };
  });

test('every pin gets the name of its user, also when requests and answers are lost on the way', async () => {
  const { url, prefix, store } = ownStore();
  await show(
    store.view('users', { key: ['ind'] }),
    'users',
    Array.from({ length: 200 }, (_, i) => i),
  );
  const proxy = await tcpProxy(Number(new URL(url).port));
  onTestFinished(() => proxy.close());
  const through = redis({ url: `redis://127.0.0.1:${proxy.port}`, prefix });
  onTestFinished(() => through.close());
  const view = through.view('users', { key: ['ind'] });
  let asked = 0;
  const disturbed: View = {
    ...view,
    getMany(keys) {
      if (++asked % 20 === 0) proxy.dropRequests(1);
      else if (asked % 10 === 0) proxy.dropAnswers(1);
      return view.getMany(keys);
    },
  };
  const { named, job } = naming(disturbed, memory().rows(Pin, pinsOf(4000)));
  const { ledger } = await run(job, { ...quiet, batchRows: 50, checkpointEvery: '20ms' });
  expect(proxy.cuts).toBe(8);
  expect(await named.rows()).toEqual(expected(4000));
  expect(ledger['named/lookupJoin(users)']).toMatchObject({ in: 4000, taken: 4000, pending: 0 }); // prettier-ignore
});

test('what the view shows is seen as it is at that moment', async () => {
  const { store } = ownStore();
  const view = store.view('users', { key: ['ind'] });
  const topic = memory().topic('pins', Pin);
  const { named, job } = naming(view, topic);
  const handle = start(job, { ...quiet, checkpointEvery: '10ms' });
  const seen = (count: number): Promise<void> => until(async () => (await named.rows()).length === count);
  await topic.send([{ index: 0, user: 1 }]);
  await seen(1);
  await show(view, 'users', [1, 2]);
  await topic.send([{ index: 1, user: 1 }]);
  await seen(2);
  await topic.end();
  await handle.done;
  expect((await named.rows()).map((row) => row['first_name'])).toEqual([null, 'u1']);
});

test('a server that stays away ends the run in one sentence, and nothing is lost for the next', async () => {
  const { url, prefix, store } = ownStore();
  const direct = store.view('users', { key: ['ind'] });
  await show(direct, 'users', [1, 2]);
  const proxy = await tcpProxy(Number(new URL(url).port));
  onTestFinished(() => proxy.close());
  const through = redis({ url: `redis://127.0.0.1:${proxy.port}`, prefix, retryFor: '200ms' });
  onTestFinished(() => through.close());
  const topic = memory().topic('pins', Pin);
  const { named, job } = naming(through.view('users', { key: ['ind'] }), topic);
  const handle = start(job, { ...quiet, checkpointEvery: '10ms' });
  await topic.send([{ index: 0, user: 1 }]);
  await until(async () => (await named.rows()).length === 1);
  proxy.retarget(9);
  proxy.cut();
  await topic.send([{ index: 1, user: 2 }]);
  await expect(handle.done).rejects.toMatchObject({ code: 'MILLRACE_SERVER_FAILED' });
  await topic.end();
  await expect(run(job, quiet)).rejects.toMatchObject({ code: 'MILLRACE_SERVER_FAILED' });
  proxy.retarget(Number(new URL(url).port));
  await run(job, quiet);
  expect((await named.rows()).map((row) => row['first_name'])).toEqual(['u1', 'u2']);
});
