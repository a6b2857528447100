import { bool, float64, int32, int64, list, nullable, struct, timestamp, utf8 } from '@millrace/core';
import { columnsOf } from '@millrace/core/connector';
import { expect, test } from 'vitest';
import { fieldsOfSchemaString, schemaString } from './schema-string.js';
import { fileStats, numRecords } from './stats.js';

const fields = { n: nullable(int32), big: int64, real: float64, at: timestamp, text: nullable(utf8), ok: bool };
const place = struct({ lat: nullable(float64), more: list(nullable(utf8)) });

function statsOf(of: Parameters<typeof columnsOf>[0], ...parts: readonly { readonly [name: string]: unknown }[][]) {
  return fileStats(
    of,
    parts.map((rows) => ({ length: rows.length, columns: columnsOf(of, rows) })),
  );
}

test('the range and the nulls of a file, over its batches', () => {
  const at = new Date(1683356889123);
  const one = { n: 3, big: 9007199254740993n, real: -0.5, at, text: null, ok: true };
  const two = { n: null, big: -1n, real: 2, at: new Date(0), text: 'x', ok: false };
  const text = statsOf(fields, [one], [two, { ...two, n: -7 }]);
  expect(numRecords(text)).toBe(3);
  expect(text).toBe(
    '{"numRecords":3,' +
      '"minValues":{"n":-7,"big":-1,"real":-0.5,"at":"1970-01-01T00:00:00.000Z"},' +
      '"maxValues":{"n":3,"big":9007199254740993,"real":2,"at":"2023-05-06T07:08:09.123Z"},' +
      '"nullCount":{"n":1,"big":0,"real":0,"at":0,"text":1,"ok":0}}',
  );
});

test('no range where a reader would lose rows by it or could not read it', () => {
  const far = { n: null, big: 0n, real: NaN, at: new Date(8.64e15), text: null, ok: true };
  const { minValues, nullCount } = JSON.parse(statsOf(fields, [far])) as { minValues: object; nullCount: object };
  expect([minValues, nullCount]).toEqual([{ big: 0 }, { n: 1, big: 0, real: 0, at: 0, text: 1, ok: 0 }]);
  // delta-rs fails on a number where it looks for the counts of members.
  const nested = JSON.parse(statsOf({ place }, [{ place: { lat: 1, more: [] } }])) as { nullCount: object };
  expect(nested.nullCount).toEqual({});
  expect(numRecords(statsOf(fields))).toBe(0);
  expect(numRecords(undefined)).toBeUndefined();
});

test('columns are declared as Spark writes them, and are read back', () => {
  const all = { ...fields, place: nullable(place) };
  const text = schemaString(all);
  expect(fieldsOfSchemaString(text)).toEqual(all);
  expect(JSON.parse(text)).toMatchObject({
    type: 'struct',
    fields: expect.arrayContaining([
      { name: 'n', type: 'integer', nullable: true, metadata: {} },
      { name: 'big', type: 'long', nullable: false, metadata: {} },
      {
        name: 'place',
        type: {
          type: 'struct',
          fields: [
            { name: 'lat', type: 'double', nullable: true, metadata: {} },
            { name: 'more', type: { type: 'array', elementType: 'string', containsNull: true }, nullable: false, metadata: {} }, // prettier-ignore
          ],
        },
        nullable: true,
        metadata: {},
      },
    ]) as unknown[],
  });
  const foreign = '{"type":"struct","fields":[{"name":"d","type":"date","nullable":true,"metadata":{}},{"name":"p","type":"decimal(10, 2)","nullable":false,"metadata":{}}]}'; // prettier-ignore
  expect(fieldsOfSchemaString(foreign)).toEqual({ d: undefined, p: { kind: 'decimal', nullable: false, precision: 10, scale: 2 } }); // prettier-ignore
});
