import type { Schema } from '@millrace/core';
import { bareBatch, type Batch, bitAt, type BytesColumn, bytesLength, clearBit, type DictionaryColumn, encodeKeys, fullBits, type KeyTable } from '@millrace/core/operate'; // prettier-ignore

/** The keys of the rows of one batch, encoded once however many tables they are looked up in. */
export interface BatchKeys {
  /** Writes the entry of the key of `rows[i]` to `entries[i]`; keys that are new to `table` are put in. */
  findOrInsert(table: KeyTable, rows: Int32Array, entries: Int32Array): void;
}

const unknown = -1;
const wanted = -2;

/** Reads the keys `by` of batches, in the fastest way that their layout allows. */
export function groupKeys(by: readonly string[], schema: Schema): (batch: Batch) => BatchKeys {
  const keysOfEntry = new WeakMap<BytesColumn, BytesColumn>();
  let entryOf = new Int32Array(0);

  // A key is looked up once per distinct value; rows only go from code to entry.
  function dictionaryKeys({ codes, dictionary, validity }: DictionaryColumn): BatchKeys {
    const size = bytesLength(dictionary);
    let keys = keysOfEntry.get(dictionary);
    if (keys === undefined) {
      keys = encodeKeys(bareBatch({ [by[0]!]: withNull(dictionary) }, size + 1), by, schema);
      keysOfEntry.set(dictionary, keys);
    }
    return {
      findOrInsert(table, rows, entries) {
        if (entryOf.length < size + 1) entryOf = new Int32Array(2 * size + 64);
        entryOf.fill(unknown, 0, size + 1);
        const missing: number[] = [];
        for (let i = 0; i < rows.length; i++) {
          const row = rows[i]!;
          const code = validity === undefined || bitAt(validity, row) ? codes[row]! : size;
          entries[i] = code;
          if (entryOf[code] !== unknown) continue;
          entryOf[code] = wanted;
          missing.push(code);
        }
        const found = new Int32Array(missing.length);
        table.findOrInsert(keys, Int32Array.from(missing), found);
        for (let i = 0; i < missing.length; i++) entryOf[missing[i]!] = found[i]!;
        for (let i = 0; i < rows.length; i++) entries[i] = entryOf[entries[i]!]!;
      },
    };
  }

  return (batch) => {
    const column = by.length === 1 ? batch.columns[by[0]!]! : undefined;
    if (column?.layout === 'dictionary') return dictionaryKeys(column);
    if (by.length === 0) return oneGroup;
    const keys = encodeKeys(batch, by, schema);
    return { findOrInsert: (table, rows, entries) => table.findOrInsert(keys, rows, entries) };
  };
}

// The entries of a dictionary with a null behind them, which stands for the rows that are null.
function withNull({ offsets, bytes }: BytesColumn): BytesColumn {
  const size = offsets.length - 1;
  const validity = fullBits(size + 1);
  clearBit(validity, size);
  const extended = new Int32Array(size + 2);
  extended.set(offsets);
  extended[size + 1] = offsets[size]!;
  return { layout: 'bytes', offsets: extended, bytes, validity };
}

const emptyKey: BytesColumn = {
  layout: 'bytes',
  offsets: Int32Array.of(0, 0),
  bytes: new Uint8Array(0),
  validity: undefined,
};

const oneGroup: BatchKeys = {
  findOrInsert(table, rows, entries) {
    if (rows.length === 0) return;
    table.findOrInsert(emptyKey, Int32Array.of(0), entries.subarray(0, 1));
    entries.fill(entries[0]!);
  },
};
