import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnReader } from '../batch/rows.js';
import { recordsOf } from '../connector/records-of.js';
import type { RejectedRow } from '../connector/records.js';
import { schema } from '../schema/schema.js';
import { arbitraryFields, arbitraryRows } from '../testing/arbitrary.test.js';
import { fcOptions, runsOf } from '../testing/seed.js';
import { arbitraryCase, arbitraryFlatCase, type DecodeCase } from './arbitrary-json.test.js';
import { jsonBytes } from './json-bytes.js';
import { jsonDecoder } from './json-decoder.js';
import { decodeReference } from './json-decoder.reference.js';
import type { ScannerOptions } from './scanner/scanner-port.js';
import { scanners } from './scanner/scanners.test.js';

/** Decodes values in batches of the given sizes, over and over, with one decoder. */
function decodeInBatches({ schema, columns, values, cuts, bounds }: DecodeCase, scanner: ScannerOptions = {}) {
  const decoder = jsonDecoder(schema, new Set(columns), { ...bounds, ...scanner });
  const rows: unknown[] = [];
  const rejected: RejectedRow[] = [];
  const counts = { repaired: 0, repeatedKeys: 0 };
  for (let from = 0, cut = 0; from < values.length; cut++) {
    const batch = values.slice(from, from + cuts[cut % cuts.length]!);
    const decoded = decoder.decode(recordsOf(0, batch));
    const readers = columns.map((name) => columnReader(schema.fields[name]!, decoded.columns[name]!));
    const bad = new Set(decoded.rejected.map(({ row }) => row));
    batch.forEach((_, row) => {
      const read = columns.map((name, i) => [name, readers[i]!(row)] as const);
      if (bad.has(row)) expect(read.every(([, value]) => value === null)).toBe(true);
      rows.push(bad.has(row) ? undefined : Object.fromEntries(read));
    });
    rejected.push(...decoded.rejected.map((one) => ({ ...one, row: one.row + from })));
    counts.repaired += decoded.repaired;
    counts.repeatedKeys += decoded.repeatedKeys;
    from += batch.length;
  }
  return { rows, rejected, ...counts };
}

function expectReference(given: DecodeCase): void {
  const { schema, columns, values, bounds } = given;
  const { rows, rejected, repaired, repeatedKeys } = decodeReference(schema, values, bounds);
  for (const scanner of Object.values(scanners)) {
    const decoded = decodeInBatches(given, scanner);
    expect(decoded.rejected.map(({ row, code, field }) => ({ row, code, field }))).toEqual(rejected);
    expect(decoded.rows).toEqual(
      rows.map((row) => row && Object.fromEntries(columns.map((name) => [name, row[name]]))),
    );
    expect({ repaired: decoded.repaired, repeatedKeys: decoded.repeatedKeys }).toEqual({ repaired, repeatedKeys });
  }
}

describe('jsonDecoder', { timeout: runsOf(20_000) }, () => {
  it('gives the columns and rejections of the reference, for any schema, bytes, projection and cut', () => {
    fc.assert(fc.property(arbitraryCase, expectReference), fcOptions(500));
  });

  it('does so where all fields are of kinds that the scanner knows', () => {
    fc.assert(fc.property(arbitraryFlatCase, expectReference), fcOptions(500));
  });

  it('says the same of a bad record whatever is asked for and however records are cut (laws 1 and 2)', () => {
    const sentences = (given: DecodeCase) => decodeInBatches(given).rejected;
    fc.assert(
      fc.property(arbitraryCase, (given) => {
        const all = { ...given, columns: Object.keys(given.schema.fields), cuts: [given.values.length] };
        expect(sentences(given)).toEqual(sentences(all));
      }),
      fcOptions(200),
    );
  });

  it('reads back every row that jsonBytes writes', () => {
    fc.assert(
      fc.property(
        arbitraryFields.chain((fields) => fc.tuple(fc.constant(fields), arbitraryRows(fields))),
        ([fields, rows]) => {
          const values = rows.map((row) => jsonBytes(fields, row));
          const columns = Object.keys(fields);
          const given = {
            schema: schema(fields),
            values,
            columns,
            cuts: [7],
            bounds: { depthMax: 512, bytesMax: 1e6 },
          };
          const decoded = decodeInBatches(given);
          expect(decoded.rejected).toEqual([]);
          expect(decoded.rows).toEqual(rows);
        },
      ),
      fcOptions(100),
    );
  });
});
