import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { lake, type Lake, readRows } from '@millrace/connectors/lake';
import { memory } from '@millrace/connectors/memory';
import { s3 } from '@millrace/connectors/s3';
import { defineJob, int32, memoryStore, type ObjectStore, run, schema } from '@millrace/core';
import { folder } from '@millrace/core/folder';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeBucket, s3Options } from '../s3/bucket.js';

// Case 37a: a log that no page of a listing holds, and that has no checkpoint.

const versions = 1201;
const commitKey = (table: string, version: number): string => `${table}/_delta_log/${String(version).padStart(20, '0')}.json`; // prettier-ignore

interface Place {
  readonly tables: Lake;
  /** Where the lake lies. */
  readonly store: ObjectStore;
}

async function inFolder(): Promise<Place> {
  const root = await mkdtemp(join(tmpdir(), 'millrace-log-'));
  onTestFinished(() => rm(root, { recursive: true }));
  return { tables: lake({ root }), store: folder(root) };
}

async function inBucket(): Promise<Place> {
  const bucket = await makeBucket('log');
  onTestFinished(() => bucket.remove());
  const root = `s3://${bucket.name}`;
  return { tables: lake({ root, s3: s3Options() }), store: s3(root, s3Options()) };
}

/** A table of one row, as a job makes it: its first commit, and the action that adds its file. */
async function commitsOf(
  { tables, store }: Place,
  table: string,
): Promise<{ readonly first: string; readonly add: object }> {
  const job = defineJob({
    name: 'one',
    sources: { live: memory().rows(schema({ n: int32 }), [{ n: 7 }]) },
    graph: (rows) => ({ rows }),
    sinks: { rows: tables.table(table) },
    checkpoints: memoryStore(),
  });
  await run(job, { mode: 'live', report: false });
  const texts = await Promise.all(
    [0, 1].map(async (version) => new TextDecoder().decode(await store.get(commitKey(table, version)))),
  );
  const actions = texts.join('\n').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as { add?: object; metaData?: object; protocol?: object }); // prettier-ignore
  const first = actions.filter(({ metaData, protocol }) => metaData !== undefined || protocol !== undefined);
  return { first: first.map((action) => JSON.stringify(action)).join('\n'), add: actions.find(({ add }) => add)!.add! };
}

/** The same table under a name of its own, whose newest version alone adds the file. */
async function longLog(place: Place): Promise<string> {
  const { first, add } = await commitsOf(place, 'short');
  const { store } = place;
  const [path] = [(add as { path: string }).path];
  await store.put(`long/${path}`, (await store.get(`short/${path}`))!);
  const textOf = (version: number): string => {
    if (version === 0) return first;
    if (version === versions - 1) return JSON.stringify({ add });
    return JSON.stringify({ txn: { appId: 'other', version } });
  };
  for (let from = 0; from < versions; from += 50) {
    const some = Array.from({ length: Math.min(50, versions - from) }, (_, i) => from + i);
    await Promise.all(
      some.map((version) => store.put(commitKey('long', version), new TextEncoder().encode(textOf(version)))),
    );
  }
  return 'long';
}

const rowsIn = async (tables: Lake, table: string): Promise<unknown[]> => {
  const rows = [];
  for await (const row of readRows(tables.table(table))) rows.push(row);
  return rows;
};

test.each([
  ['a folder', inFolder],
  ['S3', inBucket],
])('37a: in %s, version 1200 is found behind 1,200 others', async (_, placeOf) => {
  const place = await placeOf();
  const table = await longLog(place);
  expect(await rowsIn(place.tables, table)).toEqual([{ n: 7 }]);
  // It is the newest one that was read, and none after a hole.
  await place.store.delete(commitKey(table, versions - 1));
  expect(await rowsIn(place.tables, table)).toEqual([]);
});

test('the server of these tests gives a thousand names a page', async () => {
  const bucket = await makeBucket('pages');
  onTestFinished(() => bucket.remove());
  const store = s3(`s3://${bucket.name}`, s3Options());
  for (let n = 0; n < 1001; n += 77) {
    await Promise.all(Array.from({ length: 77 }, (_, i) => store.put(`k${n + i}`, new Uint8Array())));
  }
  const { endpoint, region, credentials } = s3Options();
  const client = new S3Client({ endpoint, region: region!, credentials: credentials!, forcePathStyle: true });
  const page = await client.send(new ListObjectsV2Command({ Bucket: bucket.name }));
  client.destroy();
  expect([page.KeyCount, page.IsTruncated]).toEqual([1000, true]);
});
