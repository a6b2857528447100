import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bool, type ColumnType, type Fields, float64, int32, int64, nullable, timestamp, utf8 } from '../schema/column-type.js'; // prettier-ignore
import { schema, type Schema } from '../schema/schema.js';
import { arbitraryType } from '../testing/arbitrary.test.js';
import { decodeReference } from './json-decoder.reference.js';

// Arbitrary JSON, made as text: what matters is how a value is written. One character stands for one byte, so that bytes
// that are no UTF-8 can be among them.

/** Values of records to decode, and how. */
export interface DecodeCase {
  readonly schema: Schema;
  readonly values: readonly (Uint8Array | null)[];
  /** The columns to ask for, and the sizes of the batches, which repeat. */
  readonly columns: readonly string[];
  readonly cuts: readonly number[];
  readonly bounds: { readonly depthMax: number; readonly bytesMax: number };
}

/** Records of an arbitrary schema, most of them good, some of them damaged. */
export const arbitraryCase: fc.Arbitrary<DecodeCase> = casesOf(
  fc.constantFrom('a', 'b', 'category', 'é', 'a"b', '', '__proto__'),
  arbitraryType,
);

/** The same of schemas without nested values, decimals and binary. */
export const arbitraryFlatCase: fc.Arbitrary<DecodeCase> = casesOf(
  fc.constantFrom('a', 'b', 'category', 'is_image_or_video', 'é', '', '__proto__'),
  fc.constantFrom<ColumnType>(
    ...[utf8, utf8, int32, int64, float64, bool, timestamp].flatMap((type) => [type, nullable(type)]),
  ),
);

function casesOf(names: fc.Arbitrary<string>, types: fc.Arbitrary<ColumnType>): fc.Arbitrary<DecodeCase> {
  return fc
    .uniqueArray(fc.tuple(names, types), { selector: ([name]) => name, minLength: 1, maxLength: 4 })
    .chain((members) => {
      const fields: Fields = Object.fromEntries(members);
      return fc.record({
        schema: fc.constant(schema(fields)),
        values: fc.array(value(fields), { minLength: 1, maxLength: 8 }),
        columns: fc.subarray(Object.keys(fields)),
        cuts: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 3 }),
        bounds: fc.record({
          depthMax: fc.constantFrom(512, 512, 512, 512, 512, 512, 5, 3),
          bytesMax: fc.constantFrom(1e6, 1e6, 1e6, 1e6, 1e6, 1e6, 1e6, 150),
        }),
      });
    });
}

it('makes records for every code, and enough good ones', () => {
  const codes = new Set<string>();
  const total = { good: 0, bad: 0, repaired: 0, repeatedKeys: 0 };
  // Always the same cases: what is held to account here is the generator.
  for (const given of fc.sample(arbitraryCase, { seed: 3, numRuns: 300 })) {
    const found = decodeReference(given.schema, given.values, given.bounds);
    for (const { code } of found.rejected) codes.add(code);
    total.good += found.rows.length - found.rejected.length;
    total.bad += found.rejected.length;
    total.repaired += found.repaired;
    total.repeatedKeys += found.repeatedKeys;
  }
  expect([...codes].sort()).toEqual(
    'BASE64 JSON MISSING NOT_OBJECT NOT_WHOLE NULL RANGE SCALE TIMESTAMP TIME_ZONE TOMBSTONE TOO_DEEP TOO_LARGE TYPE'
      .split(' ')
      .map((code) => `MILLRACE_DECODE_${code}`),
  );
  expect(total.good).toBeGreaterThan(total.bad / 3);
  expect(total.bad).toBeGreaterThan(total.good / 2);
  expect(Math.min(total.repaired, total.repeatedKeys)).toBeGreaterThan(5);
});

function value(fields: Fields): fc.Arbitrary<Uint8Array | null> {
  const text = fc.oneof({ weight: 30, arbitrary: objectText(fields) }, { weight: 1, arbitrary: anyText });
  return fc.oneof(
    { weight: 12, arbitrary: text },
    { weight: 3, arbitrary: fc.tuple(text, damage).map(([whole, damaged]) => damaged(whole)) },
    { weight: 1, arbitrary: fc.constant(null) },
  ).map((written) => (written === null ? null : Uint8Array.from(written, (byte) => byte.charCodeAt(0)))); // prettier-ignore
}

/** Flipped, torn, doubled, cut out or spoiled at some place. */
export const damage: fc.Arbitrary<(text: string) => string> = fc
  .tuple(
    fc.nat(),
    fc.nat(20),
    fc.nat(255),
    fc.constantFrom(...'{ } [ ] " , : \\ u e + - . 0 n t \u0000 \xff'.split(' ')),
    fc.nat(4),
  )
  .map(([place, length, byte, spoil, how]) => (text) => {
    const at = place % (text.length + 1);
    const rest = text.slice(at + length);
    const before = text.slice(0, at);
    return [
      before + String.fromCharCode(byte) + text.slice(at + 1),
      before,
      before + text.slice(at, at + length) + text.slice(at),
      before + rest,
      before + spoil + text.slice(at),
    ][how]!;
  });

/** White space, mostly none. */
export const space: fc.Arbitrary<string> = fc.constantFrom('', '', '', '', '', ' ', '\n\t \r');

function objectText(fields: Fields): fc.Arbitrary<string> {
  const names = Object.keys(fields);
  const member = (name: string): fc.Arbitrary<string> =>
    fc
      .tuple(keyText(name), space, space, valueText(fields[name]!))
      .map(([key, before, behind, text]) => `${key}${before}:${behind}${text}`);
  const stranger = fc.tuple(fc.constantFrom('x', 'other', 'A'), anyText).map(([key, text]) => `"${key}":${text}`);
  const again = fc.constantFrom(...names).chain(member);
  return fc
    .tuple(
      fc.tuple(...names.map((name) => fc.option(member(name), { freq: 25 }))),
      fc.array(fc.oneof(stranger, stranger, again), { maxLength: 2 }),
      fc.option(fc.infiniteStream(fc.nat(100)), { freq: 1 }),
      space,
    )
    .map(([members, more, shuffled, gap]) => {
      const all = [...members.filter((text) => text !== null), ...more];
      const order = shuffled === null ? undefined : all.map(() => shuffled.next().value as number);
      const sorted = order === undefined ? all : all.map((text, i) => [order[i]!, text] as const).sort(([a], [b]) => a - b).map(([, text]) => text); // prettier-ignore
      return `${gap}{${gap}${sorted.join(`${gap},${gap}`)}}${gap}`;
    });
}

/** The UTF-8 of a text, a character per byte. */
export const bytesOf = (text: string): string => String.fromCharCode(...new TextEncoder().encode(text));

function keyText(name: string): fc.Arbitrary<string> {
  const plain = bytesOf(JSON.stringify(name));
  if (name === '' || name === 'a"b') return fc.constant(plain);
  const code = name.charCodeAt(0).toString(16).padStart(4, '0');
  return fc.constantFrom(plain, plain, plain, plain, `"\\u${code}${name.slice(1)}"`);
}

function valueText(type: ColumnType): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 60, arbitrary: fittingText(type) },
    { weight: type.nullable ? 8 : 1, arbitrary: fc.constant('null') },
    { weight: 1, arbitrary: anyText },
  );
}

function fittingText(type: ColumnType): fc.Arbitrary<string> {
  switch (type.kind) {
    case 'utf8':
      return stringText;
    case 'int32':
    case 'int64':
    case 'decimal':
      return fc.oneof(
        { weight: 9, arbitrary: fc.integer({ min: -9, max: 9 }).map(String) },
        { weight: 2, arbitrary: numberText },
      );
    case 'float64':
      return fc.oneof(numberText, fc.double().map((n) => (Number.isFinite(n) ? String(n) : `"${n}"`))); // prettier-ignore
    case 'bool':
      return fc.constantFrom('true', 'false');
    case 'timestamp':
      return fc.oneof(
        { weight: 4, arbitrary: fc.date({ noInvalidDate: true }).map((date) => `"${date.toISOString()}"`) },
        timeText,
        numberText,
      );
    case 'binary':
      return fc.oneof(
        {
          weight: 6,
          arbitrary: fc.uint8Array({ maxLength: 7 }).map((bytes) => `"${btoa(String.fromCharCode(...bytes))}"`),
        },
        fc.constantFrom('"CSo="', '"CSp="', '"nA"', '"\\/+8B"', '"===="', '"_w=="'),
      );
    case 'list':
      return fc.array(valueText(type.items!), { maxLength: 4 }).chain((items) => space.map((gap) => `[${gap}${items.join(`${gap},${gap}`)}]`)); // prettier-ignore
    case 'struct':
      return objectText(type.fields!);
  }
}

const letters = ['a', 'b', 'art', ' ', 'é', '€', '😀', '\ufffd', '\ufeff', '\x7f'].map(bytesOf);
const escapes = ['\\n', '\\"', '\\\\', '\\/', '\\u0041', '\\u00e9', '\\u20AC', '\\ud83d\\ude00', '\\u0000', '\\b'];
const damaged = ['\\ud83d', '\\ude00', '\\uDFFF\\ud800', '\x80', '\xc3', '\xe2\x82', '\xf0\x9f\x98', '\xed\xa0\x80', '\xc0\xaf', '\xf4\x90\x80\x80', '\xff']; // prettier-ignore
const stringText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      { weight: 12, arbitrary: fc.constantFrom(...letters) },
      { weight: 3, arbitrary: fc.constantFrom(...escapes) },
      { weight: 1, arbitrary: fc.constantFrom(...damaged) },
    ),
    { maxLength: 12 },
  )
  .map((parts) => `"${parts.join('')}"`);

const digits = (minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...'0 0 1 2 3 4 5 6 7 8 9 9 9'.split(' ')), minLength, maxLength });
const numberText: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -100, max: 100 }).map(String) },
  { weight: 3, arbitrary: fc.constantFrom('0', '-0', '2.0', '1e2', '2.5', '1200e-2', '0.10', '-1.50', '1e400', '0e-999', '2147483647', '-2147483649', '9007199254740993', '9223372036854775807', '-9223372036854775808', '9223372036854775808', '8640000000000001') }, // prettier-ignore
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        fc.constantFrom('', '-'),
        digits(1, 42),
        fc.option(digits(1, 24), { freq: 2 }),
        fc.option(fc.tuple(fc.constantFrom('e', 'E'), fc.constantFrom('', '+', '-'), digits(1, 2))),
      )
      .map(([sign, whole, part, exponent]) => `${sign}${whole.replace(/^0+(?=.)/, '')}${part === null ? '' : `.${part}`}${exponent?.join('') ?? ''}`), // prettier-ignore
  },
);

const timeText: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        fc.constantFrom('2024-02-29', '2023-02-29', '1969-12-31', '0001-01-01', '+012026-07-04', '-000400-02-29', '2026-13-01', '1900-02-29'), // prettier-ignore
        fc.constantFrom('T', ' ', 't', 'X'),
        fc.constantFrom('00:00', '23:59:59', '12:30:15.5', '12:30:15.123456', '24:00:00', '12:60', '1:00', '12:00:00.'),
        fc.constantFrom('Z', 'z', '+01:30', '-0800', '+02', '-00:00', '', '', '+24:00', ' Z'),
      )
      .map((parts) => `"${parts.join('')}"`),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '"2026-03-02"',
      '""',
      '"2026-03-02T12:00:00"',
      '"2026-03-02 12:00"',
      '"2026-03-02T"',
      '"now"',
      '"2026\\u002d03-02T12:00Z"',
    ),
  },
);

/** Any JSON, mostly small. */
export const anyText: fc.Arbitrary<string> = fc.letrec<{ any: string }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom('null', 'true', 'false', '{}', '[]', '[[[[[[]]]]]]', '{"a":{"a":{"a":{"a":1}}}}'),
    numberText,
    stringText,
    fc.array(tie('any'), { maxLength: 3 }).map((items) => `[${items.join(',')}]`),
    fc.array(fc.tuple(stringText, tie('any')), { maxLength: 3 }).map((members) => `{${members.map((member) => member.join(':')).join(' ,')}}`), // prettier-ignore
  ),
})).any;
