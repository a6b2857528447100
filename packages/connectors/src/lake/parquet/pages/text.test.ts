import { type BytesColumn, type Column, valueAt } from '@millrace/core/connector';
import { nullable, utf8 } from '@millrace/core';
import { expect, test } from 'vitest';
import type { Page } from './page-list.js';
import { readText } from './text.js';

function plainPage(values: readonly Uint8Array[]): Page {
  const raw = Buffer.concat(
    values.flatMap((value) => {
      const length = Buffer.alloc(4);
      length.writeInt32LE(value.length);
      return [length, value];
    }),
  );
  return {
    encoding: 'PLAIN',
    count: values.length,
    size: raw.length,
    raw,
    levels: { version: 1, encoding: undefined },
  };
}

/** Codes of one bit, eight at most. */
function codedPage(codes: readonly number[]): Page {
  const bits = codes.reduce((byte, code, at) => byte | (code << at), 0);
  const raw = Uint8Array.of(1, 3, bits);
  return { ...plainPage([]), encoding: 'RLE_DICTIONARY', count: codes.length, size: raw.length, raw };
}

function columnOf(dictionary: readonly string[], ...data: Page[]): Column {
  const rows = data.reduce((sum, { count }) => sum + count, 0);
  const pages = { dictionary: plainPage(dictionary.map((text) => Buffer.from(text))), data };
  const chunk = { rows, optional: false, pages, decompress: (page: Uint8Array) => page };
  return readText(chunk, { text: true, entriesPerRow: 1 });
}

function textsOf(column: Column, rows: number): unknown[] {
  return Array.from({ length: rows }, (_, row) => valueAt(nullable(utf8), column, row));
}

test('text stays a dictionary where all pages are coded, and its entries are those of the file', () => {
  const column = columnOf(['a', 'bc'], codedPage([1, 0, 1]), codedPage([0]));
  expect(column.layout).toBe('dictionary');
  expect(textsOf(column, 4)).toEqual(['bc', 'a', 'bc', 'a']);
});

test.each([
  [
    'a dictionary that is given up on the way',
    columnOf(['a', 'bc'], codedPage([1, 0]), plainPage([Buffer.from('bc')])),
  ],
  ['one with an entry twice', columnOf(['bc', 'bc'], codedPage([1, 0, 0]))],
  ['one of more entries than rows', columnOf(['bc', 'a', 'd', 'e'], codedPage([0, 1, 0]))],
])('%s is plain text', (_, column) => {
  expect(column.layout).toBe('bytes');
  expect((column as BytesColumn).offsets).toHaveLength(4);
  expect(textsOf(column, 3)[2]).toBe('bc');
});

test('values that are UTF-8 only together are refused, and codes of no entry', () => {
  const [first, second] = [Uint8Array.of(0xc3), Uint8Array.of(0xbc)];
  expect(() => columnOf([], plainPage([first, second]))).toThrow('within a character');
  expect(() => columnOf([], plainPage([first]))).toThrow('not UTF-8');
  expect(() => columnOf(['a'], codedPage([0, 1]))).toThrow('code 1 of 1 entries');
});
