import { join } from 'node:path';
import type { RunResult } from '@millrace/core';
import { lake, readRows } from '@millrace/connectors/lake';
import type { MemoryTopic } from '@millrace/connectors/memory';
import { Event, placesIn } from './job.js';

/** What is kept beside the fixtures of a release: what they show, and what comes of them. */
export interface Expected {
  /** Rows and records by place, as they lay when the release was left. */
  readonly shown: Shown;
  /** Of all records, those that come later too, by a run that nothing has interrupted. */
  readonly outputs: RunResult['outputs'];
  readonly ledger: RunResult['ledger'];
}

/** Rows as JSON, by the place that they lie in. */
export type Shown = { readonly [place: string]: readonly string[] };

const lists = ['kept', 'sliding', 'sessions', 'late', 'rejected'];

/** All that can be seen in a folder. */
export async function shownIn(folder: string): Promise<Shown> {
  const { data, topic, archived } = placesIn(folder);
  const shown: { [place: string]: readonly string[] } = {};
  for (const name of lists) shown[`list ${name}`] = texts(await data.list(name).rows());
  shown['view minutes'] = texts(await data.view('minutes', { key: ['ok', 'windowStart'] }).rows());
  shown['view totals'] = texts(await data.view('totals', { key: ['id'] }).rows());
  shown['table kept'] = texts(await collected(readRows(lake({ root: join(folder, 'lake') }).table('kept'))));
  shown['archive events'] = texts(await collected(readRows(archived)));
  shown['topic events'] = await recordsOf(topic);
  shown['topic out'] = await recordsOf(data.topic('out', Event));
  return shown;
}

async function collected<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

/** The records of a topic with all that they carry, by partition and offset. */
async function recordsOf(topic: MemoryTopic<Event>): Promise<readonly string[]> {
  const logger = { debug() {}, info() {}, warn() {}, error() {} };
  const reader = await topic.open({ columns: new Set(), metadata: true, logger });
  const found: object[] = [];
  for (const { partition, start } of await reader.partitions()) {
    for (let position = start; ;) {
      const pull = await reader.read(partition, position, 1000);
      if (pull.kind !== 'records') break;
      const { length, offsets, brokerTimes, headers, keys, values, next } = pull.records;
      for (let row = 0; row < length; row++) {
        const bytesOf = ({ validity, offsets: at, bytes }: typeof keys): Uint8Array | null =>
          validity !== undefined && ((validity[row >> 3]! >> (row & 7)) & 1) === 0
            ? null
            : bytes.subarray(at[row], at[row + 1]);
        const record = { partition, offset: offsets[row], time: brokerTimes[row], headers: headers?.[row] ?? [] };
        found.push({ ...record, key: bytesOf(keys), value: bytesOf(values) });
      }
      position = next;
    }
  }
  await reader.close();
  return found.map(text);
}

/** Rows of a result have no order among them. */
function texts(rows: readonly object[]): readonly string[] {
  return rows.map(text).sort();
}

function text(row: object): string {
  return JSON.stringify(row, (_, value: unknown) => {
    if (typeof value === 'bigint') return `${value}n`;
    return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
  });
}
