// A program without types, and the mistakes that people make in one. The line that an error must name stands under a
// comment "↓". Prints what each of them has thrown, as JSON.
import { defineJob, run, schema, timestamp, utf8 } from '@millrace/core';
import { archive, lake } from '@millrace/connectors/lake';
import { memory } from '@millrace/connectors/memory';
import { agg, aggregate, dedup, eventTime, tumbling } from '@millrace/operators';
import { mkdir, writeFile } from 'node:fs/promises';
import process from 'node:process';

const place = memory();
const Pin = schema({ unique_id: utf8, category: utf8, follower_count: utf8, at: timestamp });
const topic = place.topic('pins', Pin);
const sources = { live: topic };
const silent = { mode: 'live', report: false };

const mistakes = {
  'a misspelt field': () =>
    defineJob({
      name: 'pins',
      sources,
      graph: (pins) => ({
        popularity: pins.pipe(
          eventTime('at', { maxOutOfOrderness: '5s' }),
          // ↓
          aggregate({ window: tumbling('1m'), by: 'categroy', compute: { pins: agg.count() } }),
        ),
      }),
      sinks: { popularity: place.print() },
    }),
  'text where a number is due': () =>
    defineJob({
      name: 'pins',
      sources,
      graph: (pins) => ({
        popularity: pins.pipe(
          // ↓
          aggregate({ by: 'category', compute: { followers: agg.sum('follower_count') } }),
        ),
      }),
      sinks: { popularity: place.print() },
    }),
  'a missing sink': () => {
    const graph = (pins) => ({ pins, copy: pins });
    // ↓
    defineJob({ name: 'pins', sources, graph, sinks: { pins: place.list('pins') } });
  },
  'no sinks at all': () => {
    const graph = (pins) => ({ pins });
    // ↓
    defineJob({ name: 'pins', sources, graph });
  },
  'a topic with a schema for a sink': () => {
    const graph = (pins) => ({ pins });
    // ↓
    defineJob({ name: 'pins', sources, graph, sinks: { pins: place.topic('results', Pin) } });
  },
  'two operators of the same state name': () =>
    defineJob({
      name: 'pins',
      sources,
      graph: (pins) => ({
        pins: pins.pipe(
          eventTime('at', { maxOutOfOrderness: '5s' }),
          dedup({ by: 'unique_id', within: '1h', name: 'once' }),
          // ↓
          dedup({ by: 'category', within: '1h', name: 'once' }),
        ),
      }),
      sinks: { pins: place.list('pins') },
    }),
  "a lake folder that is another table's": async () => {
    const tables = lake({ root: process.argv[2] });
    const job = defineJob({
      name: 'pins',
      sources,
      graph: (pins) => ({ pins }),
      sinks: { pins: tables.table('pins') },
    });
    await topic.send([{ unique_id: 'a', category: 'art', follower_count: '1k', at: new Date(0) }]);
    await topic.end();
    await run(archive({ from: topic, to: tables.table('pins', Pin) }), silent);
    // ↓
    await run(job, silent);
  },
  "a lake in another table's folder": async () => {
    const graph = (pins) => ({ pins });
    const inner = lake({ root: `${process.argv[2]}/pins` }).table('results');
    const job = defineJob({ name: 'pins', sources, graph, sinks: { pins: inner } });
    // ↓
    await run(job, silent);
  },
  'a lake folder with Parquet files of another program': async () => {
    const others = `${process.argv[2]}/others`;
    await mkdir(others);
    await writeFile(`${others}/data_0.parquet`, '');
    const tables = lake({ root: process.argv[2] });
    const job = defineJob({
      name: 'pins',
      sources,
      graph: (pins) => ({ pins }),
      sinks: { pins: tables.table('others') },
    });
    // ↓
    await run(job, silent);
  },
  'a graph that gives no flow': () => {
    const graph = (pins) => ({ pins: [pins] });
    // ↓
    defineJob({ name: 'pins', sources, graph, sinks: { pins: place.list('pins') } });
  },
  'something else than a graph': () => {
    // ↓
    defineJob({ name: 'pins', sources, graph: { pins: topic }, sinks: { pins: place.list('pins') } });
  },
  'no source': () => {
    // ↓
    defineJob({ name: 'pins', graph: (pins) => ({ pins }), sinks: { pins: place.list('pins') } });
  },
  'something else than a job': () => {
    // ↓
    run(topic, silent);
  },
};

const thrown = {};
for (const [name, make] of Object.entries(mistakes)) {
  try {
    await make();
    thrown[name] = { message: 'nothing was thrown' };
  } catch ({ code, message, where }) {
    thrown[name] = { code, message, where };
  }
}
process.stdout.write(JSON.stringify(thrown));
