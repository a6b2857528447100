import { expect, test } from 'vitest';
import { nullable, utf8 } from '../schema/column-type.js';
import type { Column, DictionaryColumn } from './column.js';
import { valueAt } from './rows.js';
import { textBytes } from './text.js';
import { textBuilder } from './text-builder.js';

test('few distinct texts are a dictionary', () => {
  const builder = textBuilder();
  for (let i = 0; i < 1000; i++) builder.append(i % 7 === 0 ? null : `c${i % 3}`);
  const column = builder.finish() as DictionaryColumn;
  expect(column.layout).toBe('dictionary');
  expect(column.dictionary.offsets).toHaveLength(4);
  expect(texts(column, 1000)).toEqual(Array.from({ length: 1000 }, (_, i) => (i % 7 === 0 ? null : `c${i % 3}`)));
});

test('long texts make no dictionary that every batch would keep in memory', () => {
  const builder = textBuilder();
  const megabyte = 'x'.repeat(1024 * 1024);
  for (let i = 0; i < 4; i++) builder.append(`${megabyte}${i}`.slice(1));
  expect(builder.finish().layout).toBe('dictionary');
  builder.append(`${megabyte}4`);
  const plain = builder.finish();
  expect(plain.layout).toBe('bytes');
  expect(texts(plain, 1)).toEqual([`${megabyte}4`]);
});

test('codes are stable over batches, and the dictionary is the same object until it grows', () => {
  const builder = textBuilder();
  builder.append('a');
  builder.append('b');
  const first = builder.finish() as DictionaryColumn;
  builder.append('b');
  const second = builder.finish() as DictionaryColumn;
  builder.append('c');
  builder.append('b');
  const third = builder.finish() as DictionaryColumn;
  expect(second.dictionary).toBe(first.dictionary);
  expect(third.dictionary).not.toBe(first.dictionary);
  expect([Array.from(second.codes), Array.from(third.codes)]).toEqual([[1], [2, 1]]);
  expect(texts(first, 2)).toEqual(['a', 'b']);
  expect(texts(third, 2)).toEqual(['c', 'b']);
});

test('an earlier batch keeps its texts while the dictionary grows past its buffers', () => {
  const builder = textBuilder();
  builder.append('first');
  const first = builder.finish();
  for (let i = 0; i < 250; i++) builder.append(`${'long '.repeat(20)}${i}`);
  builder.finish();
  expect(texts(first, 1)).toEqual(['first']);
});

test('bytes and strings of the same text have the same code', () => {
  const builder = textBuilder();
  const bytes = textBytes('xgrünx');
  builder.append('grün');
  builder.appendBytes(bytes, 1, bytes.length - 1);
  builder.append('grün');
  expect(Array.from((builder.finish() as DictionaryColumn).codes)).toEqual([0, 0, 0]);
});

test('many distinct texts are bytes, for good, and no row is lost on the way', () => {
  const builder = textBuilder();
  const given = Array.from({ length: 20_000 }, (_, i) => (i % 50 === 0 ? null : i % 2 === 0 ? `id-${i}` : 'same'));
  for (const [i, text] of given.entries()) {
    const bytes = textBytes(text ?? '');
    if (text === null) builder.appendNull();
    else if (i % 3 === 0) builder.appendBytes(bytes, 0, bytes.length);
    else builder.append(text);
  }
  const column = builder.finish();
  expect(column.layout).toBe('bytes');
  expect(texts(column, 20_000)).toEqual(given);
  builder.append('same');
  expect(builder.finish().layout).toBe('bytes');
});

test('a dictionary never outgrows half of a batch, however slowly it grows', () => {
  const builder = textBuilder();
  for (let batch = 0; batch < 100; batch++) {
    for (let i = 0; i < 1000; i++) builder.append(`id-${Math.floor((batch * 1000 + i) / 16)}`);
    const column = builder.finish();
    if (column.layout === 'dictionary') expect(column.dictionary.offsets.length - 1).toBeLessThanOrEqual(4096);
    if (batch === 99) expect(column.layout).toBe('bytes');
    expect(valueAt(utf8, column, 999)).toBe(`id-${Math.floor((batch * 1000 + 999) / 16)}`);
  }
});

test('a lone surrogate is repaired', () => {
  const builder = textBuilder();
  builder.append('a\ud800');
  expect(texts(builder.finish(), 1)).toEqual(['a\ufffd']);
});

function texts(column: Column, length: number): unknown[] {
  return Array.from({ length }, (_, row) => valueAt(nullable(utf8), column, row));
}
