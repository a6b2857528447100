import { int32, nullable, utf8 } from '@millrace/core';
import { type BytesColumn, columnOf, columnReader } from '@millrace/core/operate';
import { fcOptions } from '@millrace/core/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { columnCleaner } from './column-cleaner.js';
import { bytesOf } from './kernel.test.js';
import { text } from './rule.js';
import { integer } from './rules/integer.js';
import { nullIf } from './rules/null-if.js';
import { outputType, runSteps, type Step } from './step.js';

const rowsOf = (length: number): Int32Array => Int32Array.from({ length }, (_, row) => row);

/** A step that counts how often it was asked. */
function counted(step: Step): { step: Step; asked: unknown[] } {
  const asked: unknown[] = [];
  const value = (input: never): unknown => {
    asked.push(input);
    return step.value(input);
  };
  return { step: { ...step, value }, asked };
}

describe('columnCleaner', () => {
  test('asks once per entry of a dictionary, and not again while the dictionary stays', () => {
    const { step, asked } = counted(integer());
    const column = columnOf(
      utf8,
      Array.from({ length: 100 }, (_, i) => String(i % 3)),
    );
    expect(column.layout).toBe('dictionary');
    const clean = columnCleaner([step], utf8, int32);
    clean(column, rowsOf(100), 100);
    clean({ ...column }, rowsOf(100), 100);
    expect(asked).toEqual(['0', '1', '2']);
  });

  test('asks of plain bytes only what the kernel misses', () => {
    const { step, asked } = counted(integer());
    const steps = [nullIf(['none']), step];
    const clean = columnCleaner(steps, utf8, nullable(int32));
    asked.length = 0;
    const { column, refused } = clean(bytesOf(['1', 'none', '2000000000', 'x', '5']), rowsOf(5), 5);
    expect(asked).toEqual(['2000000000', 'x']);
    expect([0, 1, 2, 4].map(columnReader(nullable(int32), column))).toEqual([1, null, 2_000_000_000, 5]);
    expect(refused.map(({ row }) => row)).toEqual([3]);
  });

  test('texts that become null leave the bytes as they are', () => {
    const bytes = bytesOf(['a', 'none', 'b']);
    const clean = columnCleaner([nullIf(['none'])], utf8, nullable(utf8));
    const { column } = clean(bytes, rowsOf(3), 3);
    expect((column as BytesColumn).bytes).toBe(bytes.bytes);
    expect([0, 1, 2].map(columnReader(nullable(utf8), column))).toEqual(['a', null, 'b']);
    expect(bytes.validity).toBeUndefined();
  });

  test('what stands under a null is no value', () => {
    const bytes: BytesColumn = { ...bytesOf(['1', '22', 'x']), validity: Uint8Array.of(0b001) };
    const steps = text().integer().chain.steps;
    const { column, refused } = columnCleaner(steps, nullable(utf8), nullable(int32))(bytes, rowsOf(3), 3);
    expect([0, 1, 2].map(columnReader(nullable(int32), column))).toEqual([1, null, null]);
    expect(refused).toEqual([]);
  });

  test('gives the outcome of the chain, whatever the layout and the rows', () => {
    const rules = [
      text().nullIf('', 'a').trim(),
      text().nullIf('1', 'a'),
      text().nullIf('a').integer(),
      text().nullIf('1').number().default(3),
      text().default('7').integer().orNull(),
      text().abbreviatedNumber().orNull().default(0),
      text().upperCase().oneOf('A', '1').orNull(),
      text().nullIf('a').default('b').stripPrefix('b'),
      text().bool({ true: ['1'], false: ['22'] }),
      text().decimal(3, 1),
      text().split('2'),
    ];
    const value = fc.option(fc.constantFrom('', ' ', 'a', '1', '22', '1.5', '3k', '9999999999'), { nil: null });
    fc.assert(
      fc.property(fc.array(fc.tuple(value, fc.boolean())), fc.constantFrom(...rules), (cells, { chain: { steps } }) => {
        const values = cells.map(([cell]) => cell);
        const rows = rowsOf(values.length).filter((row) => cells[row]![1]);
        const input = nullable(utf8);
        const output = outputType(steps, input);
        const bytes = columnOf(input, values);
        const dictionary = columnOf(input, Array.from({ length: 32 }, () => values).flat());
        for (const column of [bytes, dictionary]) {
          const { column: made, refused } = columnCleaner(steps, input, output)(column, rows, values.length);
          const read = columnReader(output, made);
          const reasons = new Map(refused.map(({ row, reason }) => [row, reason]));
          const outcomes = Array.from(rows, (row) => reasons.get(row) ?? read(row));
          expect(outcomes).toEqual(Array.from(rows, (row) => runSteps(steps, values[row])));
          expect([...reasons.keys()]).toEqual([...reasons.keys()].sort((a, b) => a - b));
        }
      }),
      fcOptions(500),
    );
  });
});
