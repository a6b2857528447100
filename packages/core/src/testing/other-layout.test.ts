import { expect, test } from 'vitest';
import { fullBits } from '../batch/bits.js';
import { columnOf } from '../batch/build.js';
import { type BytesColumn, type Column, type DictionaryColumn, isNull } from '../batch/column.js';
import { entryTable } from '../batch/entry-table.js';
import { plainText } from '../batch/plain.js';
import { utf8 } from '../schema/column-type.js';

/**
 * A column of the same values that is laid out otherwise wherever the contract leaves a choice: text as a dictionary
 * instead of bytes and the other way round, offsets that do not start at 0, a bitmap where nothing is null, a code of
 * no entry under a null.
 */
export function otherLayout(column: Column): Column {
  const validity = column.validity ?? fullBits(2000);
  switch (column.layout) {
    case 'bytes':
      return { ...dictionaryOf(column), validity };
    case 'dictionary': {
      const plain = plainText(column);
      const bytes = new Uint8Array(plain.bytes.length + 3).fill(0x7a);
      bytes.set(plain.bytes, 3);
      return { layout: 'bytes', offsets: plain.offsets.map((offset) => offset + 3), bytes, validity };
    }
    case 'list':
      return { ...column, items: otherLayout(column.items), validity };
    case 'struct': {
      const members = Object.entries(column.fields).map(([name, member]) => [name, otherLayout(member)]);
      return { layout: 'struct', fields: Object.fromEntries(members) as { [name: string]: Column }, validity };
    }
    default:
      return { ...column, validity };
  }
}

function dictionaryOf(column: BytesColumn): DictionaryColumn {
  const table = entryTable();
  table.codeOf(Uint8Array.of(0x71), 0, 1); // An entry that no row needs.
  const codes = Int32Array.from({ length: column.offsets.length - 1 }, (_, row) =>
    isNull(column, row) ? 999 : table.codeOf(column.bytes, column.offsets[row]!, column.offsets[row + 1]!),
  );
  return { layout: 'dictionary', codes, dictionary: table.entries(), validity: column.validity };
}

test('text changes its layout there and back', () => {
  const plain = columnOf(utf8, ['a', 'b']) as BytesColumn;
  const dictionary = otherLayout(plain);
  expect(plain.layout).toBe('bytes');
  expect(dictionary.layout).toBe('dictionary');
  expect(otherLayout(dictionary).layout).toBe('bytes');
});
