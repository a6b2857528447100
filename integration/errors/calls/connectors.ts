import * as core from '@millrace/core';
import * as kafkaModule from '@millrace/connectors/kafka';
import * as lakeModule from '@millrace/connectors/lake';
import * as memoryModule from '@millrace/connectors/memory';
import * as postgresModule from '@millrace/connectors/postgres';
import * as redisModule from '@millrace/connectors/redis';
import { method, named, Pin, plain, untyped, type Call, type Untyped } from './call.js';

const place = memoryModule.memory();
const topic = () => place.topic(`pins ${String(++topics)}`, Pin);
let topics = 0;
const table = () => lakeModule.lake({ root: core.memoryStore() }).table('pins', Pin);
const kafka = (): object => kafkaModule.kafka({ brokers: ['localhost:9092'] });
const memory = (): object => memoryModule.memory();
const postgres = (): object => postgresModule.postgres({ url: 'postgres://localhost/pins' });
const redis = (): object => redisModule.redis({ url: 'redis://localhost:6379' });

/** The calls of connectors. */
export const connectorCalls: readonly (readonly [string, Call])[] = [
  ['memory.memory', { args: () => [{ clock: () => 0 }], call: untyped('memory.memory'), bare: true }],
  method('memory().topic', memory, 'pins', Pin, { partitions: 2, keyedBy: 'id' }),
  method('memory().view', memory, 'pins', { key: ['id'] }),
  method('memory().list', memory, 'pins'),
  method('memory().rows', memory, Pin, [{ id: 'a' }]),
  [
    'memory().print',
    {
      args: () => [{ write: () => undefined }],
      call: (...args) => (memory() as Record<string, Untyped>)['print']!(...args),
      bare: true,
    },
  ],
  method('topic.send', topic, [{ id: 'a' }]),
  method('topic.append', topic, [{ value: 'a', key: 'k', partition: 0, offset: 0, brokerTime: 0, headers: [] }]),
  method('topic.addPartitions', topic, 1),
  method('topic.deleteBefore', topic, 0, 0),
  method('topic.skipTo', topic, 0, 1),
  named(
    method('view.get', () => place.view('pins', { key: ['id'] }), { id: 'a' }),
    0,
  ),

  // What kafkajs takes besides is its own.
  named(plain('kafka.kafka', { brokers: ['localhost:9092'], patienceMs: 1000 }), 0),
  method('kafka().topic', kafka, 'pins', Pin, { keyedBy: 'id', partitions: 1, end: 'now', isolation: 'committed' }),
  method('kafka().deadLetters', kafka, 'pins', { partitions: 1, compression: 'zstd', delivery: 'at-least-once' }),

  method('kafka().group', kafka, 'pins', { sessionTimeout: '10s' }),

  plain('postgres.postgres', { url: 'postgres://localhost/pins', schema: 'public', retryFor: '1m' }),
  method('postgres().table', postgres, 'pins', { create: true }),
  method('postgres().view', postgres, 'pins', { key: ['id'], create: true }),

  plain('redis.redis', { url: 'redis://localhost:6379', prefix: 'pins', retryFor: '1m' }),
  method('redis().view', redis, 'pins', { key: ['id'] }),

  plain('s3.s3', 's3://bucket/prefix', { region: 'eu-west-1', concurrency: 4, partBytes: 8_000_000, patienceMs: 1000 }),

  [
    'http.ingestion',
    {
      args: () => [
        { routes: { '/pin': { topic: topic(), key: 'id' } }, bodyMax: 1000, queueMax: 10_000, linger: '1ms' },
      ],
      call: untyped('http.ingestion'),
    },
  ],

  ['lake.lake', { args: () => [{ root: core.memoryStore() }], call: untyped('lake.lake') }],
  method('lake().table', () => lakeModule.lake({ root: core.memoryStore() }), 'pins', Pin, { keyedBy: 'id' }),
  [
    'lake.archive',
    {
      args: () => [{ from: topic(), to: table(), name: 'a', flushRows: 1, flushEvery: '1m' }],
      call: untyped('lake.archive'),
    },
  ],
  ['lake.compact', { args: () => [table(), { fileRows: 10 }], call: untyped('lake.compact') }],
  ['lake.readTable', { args: () => [table()], call: untyped('lake.readTable') }],
  ['lake.readRows', { args: () => [table()], call: untyped('lake.readRows') }],
];
