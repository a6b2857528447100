import fc from 'fast-check';
import { expect, test } from 'vitest';
import { valueProblem } from '../batch/value-problem.js';
import {
  binary,
  bool,
  type ColumnType,
  decimal,
  type Fields,
  float64,
  int32,
  int64,
  list,
  nullable,
  type Row,
  struct,
  timestamp,
  utf8,
} from '../schema/column-type.js';

// Arbitrary types and values for the property tests of core. Small alphabets, so that equal values, shared prefixes and
// dictionaries come up often.

/** Types of every kind, nested up to three deep. */
export const arbitraryType: fc.Arbitrary<ColumnType> = fc.letrec<{ type: ColumnType; present: ColumnType }>((tie) => ({
  type: fc.tuple(tie('present'), fc.boolean()).map(([type, isNullable]) => (isNullable ? nullable(type) : type)),
  present: fc.oneof(
    { maxDepth: 2, depthIdentifier: 'type' },
    fc.constantFrom<ColumnType>(utf8, utf8, int32, int64, float64, bool, timestamp, binary),
    fc
      .tuple(fc.integer({ min: 1, max: 38 }), fc.integer({ min: 0, max: 38 }))
      .map(([precision, scale]) => decimal(precision, Math.min(precision, scale))),
    tie('type').map((items) => list(items)),
    fc
      .dictionary(fc.constantFrom('a', 'b', 'ä'), tie('type'), { minKeys: 1, maxKeys: 2 })
      .map((fields) => struct(fields)),
  ),
})).type;

/** Values as rows hold them. */
export function arbitraryValue(type: ColumnType): fc.Arbitrary<unknown> {
  const present = presentValue(type);
  return type.nullable ? fc.option(present, { freq: 3, nil: null }) : present;
}

/** One to three fields. */
export const arbitraryFields: fc.Arbitrary<Fields> = fc.dictionary(
  fc.constantFrom('id', 'n', 'category', 'über'),
  arbitraryType,
  { minKeys: 1, maxKeys: 3 },
);

/** Up to 40 rows. */
export function arbitraryRows(fields: Fields): fc.Arbitrary<Row<Fields>[]> {
  const values = Object.fromEntries(Object.entries(fields).map(([name, type]) => [name, arbitraryValue(type)]));
  return fc.array(fc.record(values, { noNullPrototype: true }), { maxLength: 40 });
}

function presentValue(type: ColumnType): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case 'utf8':
      return fc.oneof(
        fc.constantFrom('', 'a', 'b', 'ab', 'ü', '\u{1f600}', '\ufeff'),
        fc.string({ unit: 'binary', maxLength: 80 }),
      );
    case 'int32':
      return fc.oneof(fc.constantFrom(0, 1), fc.integer());
    case 'int64':
      return fc.oneof(fc.constantFrom(0n, 1n), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }));
    case 'float64':
      return fc.oneof(fc.constantFrom(0, -0, Number.NaN), fc.double());
    case 'decimal':
      return arbitraryDecimal(type.precision!, type.scale!);
    case 'bool':
      return fc.boolean();
    case 'timestamp':
      return fc.date({ noInvalidDate: true });
    case 'binary':
      return fc.uint8Array({ maxLength: 9 });
    case 'list':
      return fc.array(arbitraryValue(type.items!), { maxLength: 3 });
    case 'struct': {
      const members = Object.entries(type.fields!).map(([name, member]) => [name, arbitraryValue(member)] as const);
      return fc.record(Object.fromEntries(members), { noNullPrototype: true });
    }
  }
}

function arbitraryDecimal(precision: number, scale: number): fc.Arbitrary<string> {
  const limit = 10n ** BigInt(precision) - 1n;
  return fc.bigInt({ min: -limit, max: limit }).map((unscaled) => {
    const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
    const whole = digits.slice(0, digits.length - scale);
    return (unscaled < 0n ? '-' : '') + (scale === 0 ? whole : `${whole}.${digits.slice(digits.length - scale)}`);
  });
}

test('arbitrary values fit their types', () => {
  fc.assert(
    fc.property(
      arbitraryType.chain((type) => fc.tuple(fc.constant(type), arbitraryValue(type))),
      ([type, value]) => {
        expect(valueProblem(type, value)).toBeUndefined();
      },
    ),
  );
});
