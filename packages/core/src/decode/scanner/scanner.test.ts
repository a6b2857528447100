import { afterEach, describe, expect, it, vi } from 'vitest';
import { recordsOf } from '../../connector/records-of.js';
import { bool, type ColumnType, decimal, float64, int32, int64, list, nullable, timestamp, utf8 } from '../../schema/column-type.js'; // prettier-ignore
import { schema, type Schema } from '../../schema/schema.js';
import { jsonDecoder, type JsonDecoderOptions } from '../json-decoder.js';
import { type ScannerOptions, scannerPort, usualUse } from './scanner-port.js';
import type { ScannedPart } from './scanned.js';

/** A decoder of all columns, and which rows the scanner has left of each part, one after the other. */
function watched(of: Schema, use: Partial<typeof usualUse> = {}) {
  const left: number[] = [];
  const scanned = (part: ScannedPart): void => {
    left.push(...part.left.subarray(0, part.rows));
  };
  const options: JsonDecoderOptions & ScannerOptions = { [scannerPort]: { ...usualUse, rowsMin: 1, ...use, scanned } };
  return { ...jsonDecoder(of, new Set(Object.keys(of.fields)), options), left };
}

const javascript = (of: Schema) => {
  const options: JsonDecoderOptions & ScannerOptions = { [scannerPort]: 'off' };
  return jsonDecoder(of, new Set(Object.keys(of.fields)), options);
};

function leftOf(type: ColumnType, values: readonly string[]): readonly string[] {
  const { decode, left } = watched(schema({ v: type }));
  decode(recordsOf(0, values.map((value) => `{"v":${value}}`))); // prettier-ignore
  return values.filter((_, row) => left[row] === 1);
}

describe('the scanner reads itself', () => {
  it.each<[string, ColumnType, string[]]>([
    ['text', utf8, ['""', '"art"', '"“naïve” 😀"', String.raw`"a\"b\\\/\n\u00e9\u20ac"`, `"${'long '.repeat(100)}é"`]],
    ['int32', int32, ['0', '-0', '7', '2147483647', '-2147483648']],
    ['int64', int64, ['0', '-1', '999999999999999999']],
    ['float64', float64, ['0', '-0', '1.5', '-0.001', '123456789012345', '1234567.12345678']],
    ['bool', bool, ['true', 'false']],
    ['timestamp', timestamp, ['"2026-01-05T12:00:03.120Z"', '"2024-02-29T00:00:00Z"', '-1', '1767614403120']],
    ['null', nullable(utf8), ['null']],
  ])('%s', (_, type, values) => {
    expect(leftOf(type, values)).toEqual([]);
  });

  it('objects with white space, other orders of keys, missing and undeclared members', () => {
    const { decode, left } = watched(schema({ a: int32, b: nullable(utf8) }));
    const decoded = decode(
      recordsOf(0, [
        ' { "a" : 1 , "b" : "x" } \n',
        '{"b":"y","a":2}',
        '{"a":3}',
        '{"a":4,"user":{"id":[1,{"x":"\\u00e9"},[]],"name":{}},"b":null}',
        '{"user":-1.5e+3,"b":"z","a":5}',
      ]),
    );
    // The key `user` was not known when it was met first.
    expect(left).toEqual([0, 0, 0, 1, 0]);
    expect(decoded.columns['a']).toMatchObject({ values: new Int32Array([1, 2, 3, 4, 5]) });
  });
});

describe('the scanner leaves', () => {
  it('what is no JSON, whatever byte stands where a key or a value is due', () => {
    const of = schema({ a: int32, b: nullable(utf8) });
    const places = ['{@:5,"a":7}', '{"a":7,@:5}', '{"a"@7}', '{"a":@}', '{"a":7@}', '{"a":7,"b":"x"}@', '@{"a":7}', '{@}', '{"a":7,@}', '{"@":7}', '{"a":7,"b":"@"}']; // prettier-ignore
    for (const place of places) {
      for (const byte of [0, 1, 9, 0x20, 0x22, 0x2c, 0x3a, 0x5c, 0x7b, 0x7d, 0x80, 0xff]) {
        const value = Uint8Array.from(Buffer.from(place.replace('@', String.fromCharCode(byte)), 'latin1'));
        // Alone, since what is scanned before tells the scanner what to look for.
        const records = recordsOf(0, [value]);
        expect(watched(of).decode(records), `${place} ${byte}`).toStrictEqual(javascript(of).decode(records));
      }
    }
  });

  it.each<[string, ColumnType, string[]]>([
    ['lone surrogates and what is no UTF-8', utf8, [String.raw`"\ud83d"`, String.raw`"\ud83d\ude00"`]],
    ['numbers that it could get wrong', float64, ['1e2', '0.1234567890123456', '1234567890123456']],
    ['numbers that may be whole', int64, ['2.0', '2e0', '1234567890123456789', '2.5', '01', '-']],
    ['what is out of range', int32, ['2147483648', '-2147483649']],
    ['other ways to write a time', timestamp, ['"2026-01-05T12:00Z"', '"2026-01-05T12:00:00+01:00"', '"2026-02-29T00:00:00Z"']], // prettier-ignore
    ['other kinds', utf8, ['null', '1', '[]', '{}', 'true']],
  ])('%s', (_, type, values) => {
    expect(leftOf(type, values)).toEqual(values);
  });

  it('what is no UTF-8, wherever it stands in a block of 16 bytes', () => {
    const bad = [
      '\x80',
      '\xc3',
      '\xe2\x82',
      '\xf0\x9f\x98',
      '\xed\xa0\x80',
      '\xc0\xaf',
      '\xf4\x90\x80\x80',
      '\xff',
      '\x1f',
      '\0',
    ];
    const good = ['é', '€', '😀', '\ud7ff', '\u0080', '\u07ff', '\u0800', '\uffff', '\u{10000}', '\u{10ffff}', '\x7f'];
    const raw = (text: string): Uint8Array => Uint8Array.from(text, (byte) => byte.charCodeAt(0));
    const { decode, left } = watched(schema({ a: utf8, b: nullable(utf8) }));
    for (let length = 0; length < 50; length++) {
      const before = 'x'.repeat(length);
      decode(recordsOf(0, bad.map((text) => raw(`{"a":"${before}${text}"}`)))); // prettier-ignore
      decode(recordsOf(0, bad.map((text) => raw(`{"a":"${before}${text}${before}"}`)))); // prettier-ignore
      expect(left.splice(0)).toEqual(new Array(2 * bad.length).fill(1));
      decode(recordsOf(0, good.map((text) => `{"a":"${before}${text}","b":"${text}${before}${text}"}`))); // prettier-ignore
      expect(left.splice(0)).toEqual(new Array(good.length).fill(0));
    }
  });

  it('torn, repeated and oversized records, tombstones, and whatever is not an object', () => {
    const values = ['{"a":1', '{"a":1,"a":2}', '{"a":1,}', '{"a":1}}', '[1]', '', null, `{"a":${' '.repeat(600)}1}`];
    const { decode, left } = watched(schema({ a: int32 }), { partBytes: 500 });
    decode(recordsOf(0, values));
    expect(left).toEqual(values.map(() => 1));
  });

  it('whole schemas with kinds that it does not know', () => {
    for (const type of [decimal(4, 2), list(int32)]) {
      const { decode, left } = watched(schema({ a: int32, b: nullable(type) }));
      decode(recordsOf(0, ['{"a":1}', '{"a":2}']));
      expect(left).toEqual([]);
    }
  });
});

describe('over many batches', () => {
  const Row = schema({ id: utf8, kind: nullable(utf8), note: nullable(utf8) });
  const batch = (from: number) =>
    recordsOf(
      0,
      Array.from({ length: 6000 }, (_, i) => {
        const row = from + i;
        const kind = row % 7 === 0 ? 'null' : row % 1000 === 5 ? '"\\ud83d"' : `"kind ${row % 300}"`;
        return `{"id":"id-${row}","kind":${kind},"note":"${'n'.repeat(row % 40)}"}`;
      }),
    );

  it('gives the same columns and codes while dictionaries grow, and when they are given up', () => {
    const expected = javascript(Row);
    const { decode } = watched(Row);
    const layouts: unknown[] = [];
    for (let from = 0; from < 24_000; from += 6000) {
      const decoded = decode(batch(from));
      expect(decoded).toStrictEqual(expected.decode(batch(from)));
      layouts.push(Object.values(decoded.columns).map(({ layout }) => layout));
    }
    expect(layouts.at(-1)).toEqual(['bytes', 'dictionary', 'dictionary']);
  });

  it('keeps decoders apart that take turns', () => {
    const Other = schema({ note: utf8, id: utf8 });
    const all = [watched(Row), watched(Other), watched(Row)];
    const expected = [javascript(Row), javascript(Other), javascript(Row)];
    for (let turn = 0; turn < 9; turn++) {
      const records = batch(1000 * turn);
      expect(all[turn % 3]!.decode(records)).toStrictEqual(expected[turn % 3]!.decode(records));
    }
  });

  it('remembers keys that no field has, as many as fit, also when another decoder was at work', () => {
    const { decode, left } = watched(schema({ a: int32 }));
    const records = (from: number) => recordsOf(0, Array.from({ length: 300 }, (_, i) => `{"x${from + i}":1,"a":${i}}`)); // prettier-ignore
    decode(records(0));
    watched(Row).decode(batch(0));
    left.length = 0;
    decode(records(0));
    expect(left.slice(0, 200)).toEqual(new Array(200).fill(0));
    expect(left.slice(290)).toEqual(new Array(10).fill(1));
  });
});

describe('without WebAssembly', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  it.each<[string, unknown]>([
    ['none', undefined],
    ['none with vector instructions', { validate: () => false }],
    ['a policy against it', { validate: () => true }],
  ])('on a platform with %s every row is read in JavaScript', async (_, platform) => {
    vi.resetModules();
    vi.stubGlobal('WebAssembly', platform);
    const fresh = await import('../json-decoder.js');
    let parts = 0;
    const options: JsonDecoderOptions & ScannerOptions = {
      [scannerPort]: { ...usualUse, rowsMin: 1, scanned: () => parts++ },
    };
    const decoded = fresh.jsonDecoder(schema({ a: int32 }), new Set(['a']), options).decode(recordsOf(0, ['{"a":1}']));
    expect(decoded.columns['a']).toMatchObject({ values: new Int32Array([1]) });
    expect(parts).toBe(0);
  });
});
