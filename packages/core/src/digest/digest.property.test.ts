import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ColumnType, Fields, Row } from '../schema/column-type.js';
import { parseDecimal } from '../batch/decimal.js';
import { arbitraryFields, arbitraryRows } from '../testing/arbitrary.test.js';
import { batchOf } from '../testing/notation.js';
import { otherLayout } from '../testing/other-layout.test.js';
import { digestOf } from './digest.js';
import { murmurFinish, murmurStart } from './murmur3.js';
import { rowHashes } from './row-hashes.js';

const arbitraryTable = arbitraryFields.chain((fields) =>
  fc.record({ fields: fc.constant(fields), rows: arbitraryRows(fields), cut: fc.nat(40), keep: fc.func(fc.boolean()) }),
);

test('the hash of a row is that of its canonical bytes, in any layout', () => {
  fc.assert(
    fc.property(arbitraryTable, ({ fields, rows }) => {
      const batch = batchOf({ fields }, rows);
      const columns = Object.entries(batch.columns).map(([name, column]) => [name, otherLayout(column)] as const);
      const expected = rows.map((row) => naiveHash(fields, row));
      expect(lanes(rowHashes(batch, { fields }))).toEqual(expected);
      expect(lanes(rowHashes({ ...batch, columns: Object.fromEntries(columns) }, { fields }))).toEqual(expected);
    }),
  );
});

test('a digest depends on the set of rows, not on order, cuts, tasks or selections', () => {
  fc.assert(
    fc.property(arbitraryTable, ({ fields, rows, cut, keep }) => {
      const schema = { fields };
      const whole = digestOf(schema);
      whole.add(batchOf(schema, rows));

      const reversed = digestOf(schema);
      reversed.add(batchOf(schema, rows.toReversed()));
      expect(reversed.value()).toEqual(whole.value());

      const first = digestOf(schema);
      first.add(batchOf(schema, rows.slice(0, cut)));
      const second = digestOf(schema);
      second.add(batchOf(schema, rows.slice(cut)));
      second.merge(first.value());
      expect(second.value()).toEqual(whole.value());

      const parts = digestOf(schema);
      for (const kept of [true, false]) {
        const selection = Int32Array.from(rows.keys()).filter((row) => keep(row) === kept);
        parts.add({ ...batchOf(schema, rows), selection });
      }
      expect(parts.value()).toEqual(whole.value());
    }),
  );
});

test('rows can be taken out again', () => {
  fc.assert(
    fc.property(arbitraryTable, ({ fields, rows, cut }) => {
      const schema = { fields };
      const digest = digestOf(schema);
      digest.add(batchOf(schema, rows));
      digest.removeHashes(rowHashes(batchOf(schema, rows.slice(cut)), schema));
      const rest = digestOf(schema);
      rest.add(batchOf(schema, rows.slice(0, cut)));
      expect(digest.value()).toEqual(rest.value());
    }),
  );
});

test('the order in which fields are declared says nothing', () => {
  fc.assert(
    fc.property(arbitraryTable, ({ fields, rows }) => {
      const turned = reversedFields(fields);
      expect(rowHashes(batchOf({ fields: turned }, rows), { fields: turned })).toEqual(
        rowHashes(batchOf({ fields }, rows), { fields }),
      );
    }),
  );
});

function reversedFields(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields)
      .reverse()
      .map(([name, type]) => [name, reversedType(type)]),
  );
}

function reversedType(type: ColumnType): ColumnType {
  if (type.kind === 'struct') return { ...type, fields: reversedFields(type.fields!) };
  return type.kind === 'list' ? { ...type, items: reversedType(type.items!) } : type;
}

function lanes(hashes: Uint32Array): number[][] {
  return Array.from({ length: hashes.length / 4 }, (_, i) => Array.from(hashes.subarray(i * 4, i * 4 + 4)));
}

/** The definition once more, byte by byte from a row of values. */
function naiveHash(fields: Fields, row: Row<Fields>): number[] {
  const head = [...Buffer.from(kindOfFields(fields))];
  while (head.length % 16 !== 0) head.push(0);
  const bytes = [...head, ...sorted(fields).flatMap(([name, type]) => canonicalBytes(type, row[name]))];
  const view = new DataView(Uint8Array.from(bytes).buffer);
  const words = Int32Array.from({ length: bytes.length / 4 }, (_, i) => view.getInt32(i * 4, true));
  const out = new Uint32Array(4);
  murmurFinish(murmurStart(0), words, 0, words.length, out, 0);
  return Array.from(out);
}

function sorted(fields: Fields): [string, ColumnType][] {
  return Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1));
}

function kindOfFields(fields: Fields): string {
  return sorted(fields)
    .map(([name, type]) => `${name}:${kindOfType(type)}`)
    .join(',');
}

function kindOfType(type: ColumnType): string {
  if (type.kind === 'decimal') return `decimal(${type.precision},${type.scale})`;
  if (type.kind === 'list') return `list<${kindOfType(type.items!)}>`;
  return type.kind === 'struct' ? `struct<${kindOfFields(type.fields!)}>` : type.kind;
}

function canonicalBytes(type: ColumnType, value: unknown): number[] {
  if (value === null) return word(0);
  switch (type.kind) {
    case 'utf8':
    case 'binary': {
      const bytes = [...(type.kind === 'utf8' ? Buffer.from(value as string) : (value as Uint8Array))];
      const length = bytes.length;
      while (bytes.length % 4 !== 0) bytes.push(0);
      return [...word(1), ...word(length), ...bytes];
    }
    case 'int32':
      return [...word(1), ...word(value as number)];
    case 'int64':
      return [...word(1), ...wide(value as bigint, 8)];
    case 'float64':
    case 'timestamp': {
      const view = new DataView(new ArrayBuffer(8));
      const number = Number(value);
      if (Number.isNaN(number)) view.setUint32(4, 0x7ff80000, true);
      else view.setFloat64(0, number === 0 ? 0 : number, true);
      return [...word(1), ...new Uint8Array(view.buffer)];
    }
    case 'decimal':
      return [...word(1), ...wide(parseDecimal(value as string, type.precision!, type.scale!)!, 16)];
    case 'bool':
      return [...word(1), ...word(value === true ? 1 : 0)];
    case 'list': {
      const items = value as unknown[];
      return [...word(1), ...word(items.length), ...items.flatMap((item) => canonicalBytes(type.items!, item))];
    }
    case 'struct': {
      const members = value as Row<Fields>;
      return [...word(1), ...sorted(type.fields!).flatMap(([name, member]) => canonicalBytes(member, members[name]))];
    }
  }
}

function word(value: number): number[] {
  return wide(BigInt(value), 4);
}

function wide(value: bigint, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, i) => Number(BigInt.asUintN(8, value >> BigInt(i * 8))));
}
