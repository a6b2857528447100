// Copies a topic into another one, exactly once, and kills itself with SIGKILL at a moment that it is told.
import process from 'node:process';
import kafkajs from 'kafkajs';
import { defineJob, int32, run, schema, utf8 } from '@millrace/core';
import { folder as store } from '@millrace/core/folder';
import { kafka } from '@millrace/connectors/kafka';

const { brokers, from, to, folder, moment, visit } = JSON.parse(process.argv[2]);

let visits = 0;
const reached = (name) => {
  if (name === moment && ++visits === visit) process.kill(process.pid, 'SIGKILL');
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

// A client of the user's own, whose transactions tell where they are.
const client = new kafkajs.Kafka({ brokers: [brokers], logLevel: kafkajs.logLevel.NOTHING });
const makeProducer = client.producer.bind(client);
client.producer = (options) => {
  const producer = makeProducer(options);
  const transaction = async () => {
    const begun = await producer.transaction();
    return { ...begun, send: between(begun.send, 'send'), commit: between(begun.commit, 'commit') };
  };
  return { ...producer, transaction };
};

const Event = schema({ id: utf8, n: int32 });
const cluster = kafka({ client });
const sink = cluster.topic(to, { keyedBy: 'id', compression: 'zstd' });
const told = {
  ...sink,
  async open(context) {
    const writer = await sink.open(context);
    return { ...writer, stage: between(writer.stage, 'stage'), publish: between(writer.publish, 'publish') };
  },
};

const job = defineJob({
  name: 'copy',
  sources: { live: cluster.topic(from, Event, { keyedBy: 'id', end: 'now' }) },
  graph: (events) => ({ events }),
  sinks: { events: told },
  checkpoints: store(folder),
});
const { outputs } = await run(job, {
  mode: 'live',
  atEnd: 'hold',
  checkpointEvery: '1ms',
  batchRows: 50,
  report: false,
});
process.stdout.write(`rows ${outputs.events.rows}\n`);
