import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnReader } from '../../batch/rows.js';
import { recordsOf } from '../../connector/records-of.js';
import type { DecodedRecords } from '../../connector/records.js';
import type { ValueSlices } from '../../connector/value-slices.js';
import type { Fields } from '../../schema/column-type.js';
import { fcOptions, runsOf } from '../../testing/seed.js';
import type { Decoder } from '../decoder.js';
import { jsonDecoder } from '../json-decoder.js';
import { decodeReference } from '../json-decoder.reference.js';
import { arbitraryPin, Pin } from './arbitrary-pins.test.js';
import { scanners } from './scanners.test.js';

const fields: Fields = Pin.fields;
const names = Object.keys(fields);
const bounds = { depthMax: 512, bytesMax: 1e6 };

const batches = fc.array(fc.array(arbitraryPin, { maxLength: 30 }), { minLength: 1, maxLength: 3 });

function decodeAll(
  values: readonly (Uint8Array | null)[][],
  columns: readonly string[],
  scanner: object,
): DecodedRecords[] {
  const decoder = jsonDecoder(Pin, new Set(columns), { ...bounds, ...scanner });
  return values.map((batch) => decoder.decode(recordsOf(0, batch)));
}

function rowsOfAll(values: readonly (Uint8Array | null)[][], columns: readonly string[], scanner: object): unknown[] {
  return decodeAll(values, columns, scanner).flatMap((decoded, batch) => {
    const readers = columns.map((name) => columnReader(fields[name]!, decoded.columns[name]!));
    const reasons = new Map(decoded.rejected.map(({ row, code, field }) => [row, { code, field }]));
    return values[batch]!.map((_, row) => reasons.get(row) ?? Object.fromEntries(readers.map((read, i) => [columns[i]!, read(row)]))); // prettier-ignore
  });
}

function slicesBetween(
  parts: readonly (readonly [before: Uint8Array, value: Uint8Array | null])[],
  last: Uint8Array,
  validity: Uint8Array | undefined,
): ValueSlices {
  const starts = new Int32Array(parts.length);
  const ends = new Int32Array(parts.length);
  const bytes: number[] = [];
  parts.forEach(([before, value], row) => {
    bytes.push(...before);
    starts[row] = bytes.length;
    bytes.push(...(value ?? []));
    ends[row] = bytes.length;
  });
  return { bytes: Uint8Array.from([...bytes, ...last]), starts, ends, validity };
}

describe('the scanners', { timeout: runsOf(30_000) }, () => {
  it('give the same columns, codes of texts included, and the same rejections', () => {
    fc.assert(
      fc.property(batches, fc.subarray(names), (values, columns) => {
        const expected = decodeAll(values, columns, scanners.javascript);
        expect(decodeAll(values, columns, scanners.webAssembly)).toStrictEqual(expected);
        expect(decodeAll(values, columns, scanners.smallParts)).toStrictEqual(expected);
      }),
      fcOptions(300),
    );
  });

  it('give the rows and rejections of JSON.parse', () => {
    fc.assert(
      fc.property(batches, (values) => {
        const { rows, rejected, ...counts } = decodeReference(Pin, values.flat(), bounds);
        const reasons = new Map(rejected.map(({ row, code, field }) => [row, { code, field }]));
        const expected = rows.map((row, i) => reasons.get(i) ?? row);
        for (const scanner of Object.values(scanners)) {
          expect(rowsOfAll(values, names, scanner)).toEqual(expected);
          const decoded = decodeAll(values, names, scanner);
          const sum = (count: 'repaired' | 'repeatedKeys') => decoded.reduce((total, one) => total + one[count], 0);
          expect({ repaired: sum('repaired'), repeatedKeys: sum('repeatedKeys') }).toEqual(counts);
        }
      }),
      fcOptions(200),
    );
  });

  it('read values where they stand, whatever lies between them', () => {
    const between = fc.oneof(fc.uint8Array({ maxLength: 20 }), fc.constantFrom('"', '}', '{"', '",', '"}', '\\').map((text) => new TextEncoder().encode(text))); // prettier-ignore
    const placed = fc.array(fc.tuple(between, arbitraryPin), { maxLength: 30 });
    fc.assert(
      fc.property(placed, fc.subarray(names), between, (parts, columns, last) => {
        const records = recordsOf(0, parts.map(([, value]) => value)); // prettier-ignore
        const slices = slicesBetween(parts, last, records.values.validity);
        for (const scanner of Object.values(scanners)) {
          const decoder = (): Decoder => jsonDecoder(Pin, new Set(columns), { ...bounds, ...scanner });
          expect(decoder().decode({ ...records, slices })).toStrictEqual(decoder().decode(records));
        }
      }),
      fcOptions(200),
    );
  });

  it('do not depend on how records are cut into batches', () => {
    fc.assert(
      fc.property(batches, fc.subarray(names), fc.integer({ min: 1, max: 7 }), (values, columns, size) => {
        const all = values.flat();
        const cut = Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
        const { webAssembly } = scanners;
        expect(rowsOfAll(cut, columns, webAssembly)).toEqual(rowsOfAll(values, columns, webAssembly));
      }),
      fcOptions(100),
    );
  });
});
