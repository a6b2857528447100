// One member of a group: runs a job on a topic, with its rows in Postgres, Redis and another topic, until it is asked to
// stop. Or, as the `reference` of all members together: one run over the whole topic, whose rows it tells.
import process from 'node:process';
import { clearInterval, setInterval } from 'node:timers';
import { defineJob, int32, run, schema, start, stopOnSignals, timestamp, utf8 } from '@millrace/core';
import { folder as store } from '@millrace/core/folder';
import { kafka } from '@millrace/connectors/kafka';
import { memory } from '@millrace/connectors/memory';
import { postgres } from '@millrace/connectors/postgres';
import { redis } from '@millrace/connectors/redis';
import { agg, aggregate, dedup, eventTime, tumbling } from '@millrace/operators';

const { role, brokers, topic, to, folder, url, redisUrl, prefix, by } = JSON.parse(process.argv[2]);

const cluster = kafka({ brokers: [brokers] });
const Event = schema({ id: utf8, n: int32, at: timestamp });
const jobOn = (live, sinks, checkpoints) =>
  defineJob({
    name: role,
    sources: { live },
    // By `id` no record has to go to another partition, by `n` it has.
    graph: (events) => {
      const timed = events.pipe(eventTime('at', { maxOutOfOrderness: '5s' }));
      const counts = timed.pipe(aggregate({ window: tumbling('1m'), by, compute: { events: agg.count() } }));
      const once = timed.pipe(dedup({ by: 'id', within: '1h' }));
      return { events: once, copied: once, counts, cached: counts };
    },
    sinks,
    ...checkpoints,
  });
const key = [by, 'windowStart'];
const textOf = (row) => `${row[by]} ${row.windowStart.getTime()} ${row.events}`;

async function reference() {
  const store = memory();
  const [events, copied] = [store.list('events'), store.list('copied')];
  const [counts, cached] = [store.view('counts', { key }), store.view('cached', { key })];
  const live = cluster.topic(topic, Event, { keyedBy: 'id', end: 'now' });
  await run(jobOn(live, { events, copied, counts, cached }), { mode: 'live', atEnd: 'hold', report: false });
  process.send({
    events: (await events.rows()).map(({ id, n }) => `${id} ${n}`).sort(),
    copied: (await copied.rows()).map(({ id, n }) => `${id} ${n}`).sort(),
    counts: (await counts.rows()).map(textOf).sort(),
    cached: (await cached.rows()).map(textOf).sort(),
  });
}

async function member() {
  const database = postgres({ url });
  const sinks = {
    events: database.table(`${prefix}_events`, { create: true }),
    copied: cluster.topic(to, { keyedBy: 'id' }),
    counts: database.view(`${prefix}_counts`, { key, create: true }),
    cached: redis({ url: redisUrl, prefix }).view('cached', { key }),
  };
  const live = cluster.topic(topic, Event, { keyedBy: 'id' });
  const handle = start(jobOn(live, sinks, { checkpoints: store(folder) }), {
    mode: 'live',
    group: cluster.group(topic, { sessionTimeout: '1500ms' }),
    checkpointEvery: '100ms',
    idleTimeout: '1h',
    batchRows: 20,
    report: false,
  });
  stopOnSignals(handle);
  const saying = setInterval(() => {
    const { state, sources } = handle.metrics();
    process.send({ state, own: sources[topic]?.partitions.map(({ partition }) => partition) ?? [] });
  }, 20);
  try {
    await handle.done;
  } finally {
    clearInterval(saying);
  }
}

await (role === 'reference' ? reference() : member());
process.disconnect();
