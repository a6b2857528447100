import { defineJob } from '@millrace/core';
import { kafka } from '@millrace/connectors/kafka';
import { archive, lake } from '@millrace/connectors/lake';
import { postgres } from '@millrace/connectors/postgres';
import { redis } from '@millrace/connectors/redis';
import { s3 } from '@millrace/connectors/s3';
import { geoGraph, RawGeo } from '../geo-graph.js';
import { pinGraph, RawPin } from '../graph.js';
import { RawUser, userGraph } from '../user-graph.js';
import type { Addresses } from './addresses.js';

/** The pipeline on its servers. `name` keeps several apart on the same ones: it is in all names of what they make. */
export type ServerPipeline = ReturnType<typeof serverPipeline>;

/** Values only: nothing is connected before a job runs. */
export function serverPipeline(addresses: Addresses, name = 'pinterest') {
  const bucket = name;
  const options = { endpoint: addresses.s3 };
  const broker = kafka({ brokers: addresses.kafka.split(','), patienceMs: 60_000 });
  const database = postgres({ url: addresses.postgres, schema: name.replaceAll('-', '_') });
  const cache = redis({ url: addresses.redis, prefix: name });
  const files = lake({ root: `s3://${bucket}/lake`, s3: options });
  const checkpoints = s3(`s3://${bucket}/checkpoints`, options);
  const table = (of: string) => database.table(of, { create: true });

  const topics = {
    pin: broker.topic(`${name}.pin`, RawPin, { keyedBy: 'unique_id' }),
    geo: broker.topic(`${name}.geo`, RawGeo, { keyedBy: 'ind' }),
    user: broker.topic(`${name}.user`, RawUser, { keyedBy: 'ind' }),
  };
  const archives = {
    pin: files.table('pin', RawPin, { keyedBy: 'unique_id' }),
    geo: files.table('geo', RawGeo, { keyedBy: 'ind' }),
    user: files.table('user', RawUser, { keyedBy: 'ind' }),
  };
  const popularity = cache.view('popularity', { key: ['category', 'windowStart'] });
  return {
    bucket,
    schema: name.replaceAll('-', '_'),
    topics,
    /** What is asked for the popularity of now; `close` ends its connection. */
    popularity,
    close: async () => {
      await Promise.all([cache.close(), ...Object.values(topics).map((topic) => topic.close())]);
    },
    /** Makes the topics that are not there. */
    async createTopics() {
      for (const topic of Object.values(topics)) await broker.createTopic(topic.name, { partitions: 3 });
    },
    /** Three jobs that keep every record of a topic in a table of the lake. */
    archives: [
      archive({ from: topics.pin, to: archives.pin, flushEvery: '5s' }),
      archive({ from: topics.geo, to: archives.geo, flushEvery: '5s' }),
      archive({ from: topics.user, to: archives.user, flushEvery: '5s' }),
    ],
    /** The live layer: cleaned pins as rows of Postgres, their popularity by minute in Redis, both at once. */
    live: defineJob({
      name: 'pins',
      sources: { live: topics.pin, replay: archives.pin },
      graph: pinGraph,
      checkpoints,
      sinks: { pins: table('pins'), popularity, late: table('pins_late'), rejected: table('pins_rejected') },
    }),
    /** Where the batch layer puts the results of the same job. */
    daily: {
      pins: table('pins_daily'),
      popularity: database.view('popularity_daily', { key: ['category', 'windowStart'], create: true }),
      late: table('pins_daily_late'),
      rejected: table('pins_daily_rejected'),
    },
    /** What only the batch layer has: where pins were posted from, and by whom. */
    geos: defineJob({
      name: 'geos',
      sources: { live: topics.geo, replay: archives.geo },
      graph: geoGraph,
      checkpoints,
      sinks: { geos: table('geos_daily') },
    }),
    users: defineJob({
      name: 'users',
      sources: { live: topics.user, replay: archives.user },
      graph: userGraph,
      checkpoints,
      sinks: { users: table('users_daily') },
    }),
  };
}
