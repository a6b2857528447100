import { nullable, schema, timestamp, utf8, type Batch } from '@millrace/core';
import { columnOf } from '@millrace/core/connector';
import { expect, test } from 'vitest';
import { tableOf } from './table.js';
import { writtenTables } from './written-tables.js';

const Event = schema({ id: utf8, at: timestamp, text: nullable(utf8) });
const textBytes = 32 * 1024;

const textOf = (of: number): string => `${of}`.padEnd(textBytes, 'x');

test('a view that the same keys are written to over and over keeps the last of each, and asks for nothing', () => {
  const written = writtenTables(['id']);
  let most = 0;
  for (let round = 0; round < 48; round++) {
    written.add(tableOf(batchOfTexts(round, 32), Event.fields));
    expect(written.room()).toBeUndefined();
    most = Math.max(most, written.tables().length);
  }
  // A megabyte each.
  expect(most).toBeLessThan(32);
}, 60_000);

test('a view of many keys asks for a checkpoint', () => {
  const written = writtenTables(['id']);
  written.add(tableOf(batchOfTexts(0, 400), Event.fields));
  expect(written.room()).toBeUndefined();
  written.add(tableOf(batchOfTexts(1, 1100), Event.fields));
  expect(written.room()).toBe('stage');
}, 60_000);

function batchOfTexts(round: number, rows: number): Batch {
  const numbers = Array.from({ length: rows }, (_, i) => i);
  return {
    length: rows,
    selection: undefined,
    columns: {
      id: columnOf(
        utf8,
        numbers.map((i) => `e${i}`),
      ),
      at: columnOf(timestamp, new Array(rows).fill(new Date(round))),
      text: columnOf(
        utf8,
        numbers.map((i) => textOf(round * rows + i)),
      ),
    },
    time: new Float64Array(rows).fill(round),
    order: [],
    group: new Int32Array(rows),
    origin: undefined,
  };
}
