// Runs the job of pins, or its archive, on real servers: a topic of Kafka, and sinks and checkpoints on all of them. `die`
// names a moment: a fault point of the driver, or one before or after something that a sink or the store of checkpoints
// is asked for; its how manieth visit is the last thing that the process does.
import { connect } from 'node:net';
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { defineJob, isMillraceError, start, stopOnSignals } from '@millrace/core';
import { kafka } from '@millrace/connectors/kafka';
import { archive, lake } from '@millrace/connectors/lake';
import { postgres } from '@millrace/connectors/postgres';
import { redis } from '@millrace/connectors/redis';
import { s3 } from '@millrace/connectors/s3';
import { pinGraph, RawPin } from '../job/pins.mjs';

const { addresses, topic, prefix, bucket, archiving = false, paceMs = 0, die, ...options } = JSON.parse(process.argv[2]); // prettier-ignore

const say = (line) => process.stdout.write(`${line}\n`);
let visits = 0;
const reached = (moment) => {
  if (moment === die?.moment && ++visits === die.visit) process.kill(process.pid, 'SIGKILL');
};
/** Calls `inner` between two moments. */
const between =
  (inner, name) =>
  async (...args) => {
    reached(`before ${name}`);
    const result = await inner(...args);
    reached(`after ${name}`);
    return result;
  };

const watched = (sink) => ({
  ...sink,
  async open(context) {
    const writer = await between(() => sink.open(context), `${context.output} open`)();
    return {
      ...writer,
      stage: between((checkpoint) => writer.stage(checkpoint), `${context.output} stage`),
      publish: between((publication) => writer.publish(publication), `${context.output} publish`),
      // So slow that there is a middle to be killed in.
      room: () => (paceMs > 0 && context.output === 'pins' ? setTimeout(paceMs) : writer.room()),
    };
  },
});

// Brokers say themselves where they are: whoever wants something in between has to bend every connection.
const { kafkaThrough } = addresses;
const bent = {
  socketFactory: ({ onConnect }) => connect({ host: '127.0.0.1', port: kafkaThrough }, onConnect),
};
const cluster = kafka({
  brokers: [addresses.kafka],
  patienceMs: 60_000,
  ...(kafkaThrough === undefined ? {} : bent),
});
const database = postgres({ url: addresses.postgres });
const store = redis({ url: addresses.redis, prefix });
const files = lake({ root: `s3://${bucket}/${prefix}`, s3: addresses.s3 });
const archived = lake({ root: `s3://${bucket}/archive`, s3: addresses.s3 }).table('pins', RawPin);
const objects = s3(`s3://${bucket}/${prefix}/checkpoints`, addresses.s3);
const end = options.mode === 'live' ? 'now' : options.end;
delete options.end;
const live = cluster.topic(topic, RawPin, end === undefined ? {} : { end });

const pinJob = () =>
  defineJob({
    name: 'pins',
    sources: { live, replay: archived },
    graph: (raw) => pinGraph(raw, true),
    checkpoints: { ...objects, create: between((key, bytes) => objects.create(key, bytes), 'manifest') },
    sinks: {
      pins: watched(database.table(`${prefix}_pins`, { create: true })),
      totals: watched(database.view(`${prefix}_totals`, { key: ['category'], create: true })),
      minutes: watched(store.view('minutes', { key: ['category', 'windowStart'] })),
      table: watched(files.table('results')),
      sliding: watched(cluster.topic(`${prefix}.sliding`, { partitions: 2, keyedBy: 'category' })),
      sessions: watched(files.table('sessions')),
      late: watched(cluster.deadLetters(`${prefix}.late`, { partitions: 1 })),
      rejected: watched(database.table(`${prefix}_rejected`, { create: true })),
    },
  });

const logger = {
  debug: (_, message) => say(message),
  info: () => undefined,
  warn: () => undefined,
  error: (fields, message) => process.stderr.write(`${message} ${JSON.stringify(fields)}\n`),
};
let batches = 0;
const fault = (point) => {
  if (point === 'batch pushed' && batches++ === 0) say('running');
  reached(point);
};
say('started');
try {
  const job = archiving ? archive({ from: live, to: archived, flushRows: 60, flushEvery: '50ms' }) : pinJob();
  const handle = start(job, { ...options, logger, report: false, [Symbol.for('millrace.faults')]: fault });
  stopOnSignals(handle);
  const result = await handle.done;
  say(`ended ${JSON.stringify(result)}`);
} catch (error) {
  if (!isMillraceError(error)) throw error;
  say(`failed ${error.code} ${error.message}`);
}
