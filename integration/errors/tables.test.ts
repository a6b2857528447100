import { defineJob, memoryStore, run, schema, utf8, type Job } from '@millrace/core';
import { archive, lake, type ArchiveTable } from '@millrace/connectors/lake';
import { memory } from '@millrace/connectors/memory';
import { readdirSync, truncateSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { raises, temporaryFolder, type Thrown } from './page.js';
import { strangersProject } from './stranger.js';

// What can be wrong with a table of the lake.

const Pin = schema({ unique_id: utf8, category: utf8 });
const place = memory();

/** A lake in a folder, and the topic `name` archived into its table `pins`. */
async function archived(path: string, name = 'pins'): Promise<ArchiveTable<typeof Pin.fields>> {
  const topic = place.topic(name, Pin);
  await topic.send([
    { unique_id: 'a', category: 'travel' },
    { unique_id: 'b', category: 'art' },
  ]);
  await topic.end();
  const table = lake({ root: path }).table('pins', Pin);
  await run(archive({ from: topic, to: table }), { mode: 'live', report: false });
  return table;
}

function replayOf(table: ArchiveTable<typeof Pin.fields>): Job {
  return defineJob({
    name: 'pins',
    sources: { live: place.topic('pins', Pin), replay: table },
    graph: (pins) => ({ pins }),
    sinks: { pins: memory().list('pins') },
    checkpoints: memoryStore(),
  });
}

raises('MILLRACE_TABLE_FOREIGN', async () => {
  const table = await archived(temporaryFolder(), 'geos');
  const users = place.topic('users', Pin);
  await users.end();
  // ↓
  await run(archive({ from: users, to: table }), { mode: 'live', report: false });
});

raises('MILLRACE_TABLE_UNREADABLE', async () => {
  const path = temporaryFolder();
  const job = replayOf(await archived(path, 'torn'));
  const file = join(path, 'pins', dataFileOf(path));
  truncateSync(file, statSync(file).size / 2);
  // ↓
  await run(job, { mode: 'replay', report: false });
});

raises('MILLRACE_TABLE_GAP', async () => {
  const path = temporaryFolder();
  const job = replayOf(await archived(path, 'pruned'));
  const remove = { path: encodeURIComponent(dataFileOf(path)), deletionTimestamp: 0, dataChange: true };
  const log = join(path, 'pins/_delta_log');
  const next = String(readdirSync(log).filter((file) => file.endsWith('.json')).length).padStart(20, '0');
  writeFileSync(join(log, `${next}.json`), `${JSON.stringify({ remove })}\n`);
  // ↓
  await run(job, { mode: 'replay', report: false });
});

raises('MILLRACE_PEER_MISSING', async () => {
  const project = strangersProject(temporaryFolder(), { without: ['parquet-wasm'] });
  return JSON.parse(await project.run('node', 'peer-missing.mjs')) as Thrown;
});

function dataFileOf(path: string): string {
  return readdirSync(join(path, 'pins')).find((file) => file.endsWith('.parquet'))!;
}
