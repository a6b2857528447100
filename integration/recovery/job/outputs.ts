import { inspect } from 'node:util';
import { join } from 'node:path';
import { schema, utf8 } from '@millrace/core';
import { lake, readRows } from '@millrace/connectors/lake';
import { memory } from '@millrace/connectors/memory';
import { expect } from 'vitest';

/** What a reader sees: the rows of every output as texts, sorted, since they have no order. */
export type Visible = { readonly [output: string]: readonly string[] };

const lists = ['pins', 'sliding', 'sessions', 'late', 'rejected'];
const onlyGrowing = [...lists, 'table', 'topic'];

const context = {
  columns: new Set<string>(),
  metadata: true,
  logger: { debug() {}, info() {}, warn() {}, error() {} },
};

/** Reads all outputs of the job of pins in `folder`, as any other process could at any moment. */
export async function visibleIn(folder: string): Promise<Visible> {
  const place = memory({ folder: join(folder, 'data') });
  const visible: { [output: string]: readonly string[] } = {};
  for (const name of lists) visible[name] = texts(await place.list(name).rows());
  visible['minutes'] = texts(await place.view('minutes', { key: ['category', 'windowStart'] }).rows());
  visible['totals'] = texts(await place.view('totals', { key: ['category'] }).rows());
  visible['table'] = texts(await tableRows(folder));
  visible['topic'] = await topicValues(folder);
  return visible;
}

/** Holds what is seen now to what was seen before: rows come, and none goes or comes twice. */
export function expectGrown(before: Visible, after: Visible): void {
  for (const output of onlyGrowing) {
    const left = [...after[output]!];
    const gone = before[output]!.filter((row) => {
      const at = left.indexOf(row);
      if (at >= 0) left.splice(at, 1);
      return at < 0;
    });
    expect(gone, `rows that were in "${output}" before`).toEqual([]);
  }
}

async function tableRows(folder: string): Promise<readonly object[]> {
  const rows: object[] = [];
  try {
    for await (const row of readRows(lake({ root: join(folder, 'lake') }).table('results'))) rows.push(row);
  } catch (error) {
    if (!String(error).includes('there is no such table')) throw error;
  }
  return rows;
}

async function topicValues(folder: string): Promise<readonly string[]> {
  const place = memory({ folder: join(folder, 'data') });
  const reader = await place.topic('out', schema({ unique_id: utf8 }), { partitions: 2 }).open(context);
  const decoder = new TextDecoder();
  const found: string[] = [];
  for (const { partition, start } of await reader.partitions()) {
    for (let position = start; ;) {
      const pull = await reader.read(partition, position, 1000);
      if (pull.kind !== 'records') break;
      const { values, length, next } = pull.records;
      for (let row = 0; row < length; row++) {
        found.push(decoder.decode(values.bytes.subarray(values.offsets[row], values.offsets[row + 1])));
      }
      position = next;
    }
  }
  await reader.close();
  return found.sort();
}

function texts(rows: readonly object[]): readonly string[] {
  return rows.map((row) => inspect(row, { depth: null, breakLength: Infinity })).sort();
}
