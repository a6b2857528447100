import { utf8 } from '@millrace/core';
import { columnReader } from '@millrace/core/connector';
import { describe, expect, test } from 'vitest';
import { rightAnswer } from '../pinterest/right-answer.js';
import type { PinRow } from '../pinterest/pin-rows.js';
import { windowsText } from '../pinterest/windows-text.js';
import { hourColumns } from './hour-columns.js';
import { timeOf } from './hour-pins.js';
import { hoursAnswer } from './hours-answer.js';

const records = 20_000;
const columns = hourColumns(0, records);
const readers = Object.entries(columns).map(([name, column]) => [name, columnReader(utf8, column)] as const);
const rows = Array.from(
  { length: records },
  (_, row) => Object.fromEntries(readers.map(([name, read]) => [name, read(row)])) as unknown as PinRow,
);

describe('the stream of hours', () => {
  test('has the times that it says, and ids of 36 bytes that are new unless they are re-posts', () => {
    expect(rows.every(({ timestamp }, i) => timestamp === new Date(timeOf(i)).toISOString())).toBe(true);
    expect(rows[0]).toMatchObject({ timestamp: '2026-01-05T12:00:03.000Z' });
    expect(rows.every(({ unique_id }) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(unique_id))).toBe(true);
    expect(new Set(rows.map(({ unique_id }) => unique_id)).size).toBe(records - 750);
  });

  test('is the same however it is cut', () => {
    const part = hourColumns(12_345, 12_400);
    const read = columnReader(utf8, part['unique_id']!);
    expect(Array.from({ length: 55 }, (_, row) => read(row))).toEqual(
      rows.slice(12_345, 12_400).map(({ unique_id }) => unique_id),
    );
  });

  test('has the answer that follows from its rows', () => {
    expect(hoursAnswer(records)).toBe(windowsText(rightAnswer(rows)));
  });
});
