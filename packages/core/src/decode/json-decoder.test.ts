import { describe, expect, it } from 'vitest';
import { columnReader, dictionaryTexts } from '../batch/rows.js';
import { recordsOf } from '../connector/records-of.js';
import {
  bool,
  decimal,
  type Fields,
  float64,
  int32,
  int64,
  list,
  nullable,
  struct,
  timestamp,
  utf8,
} from '../schema/column-type.js';
import { schema } from '../schema/schema.js';
import { jsonDecoder, type JsonDecoderOptions } from './json-decoder.js';
import { scanners } from './scanner/scanners.test.js';

/** Rows as plain objects, undefined where rejected; and the rejections as `row code field`: the same of every scanner. */
function decode(fields: Fields, values: readonly (string | Uint8Array | null)[], options?: JsonDecoderOptions) {
  const [decoded, ...others] = Object.values(scanners).map((scanner) =>
    jsonDecoder(schema(fields), new Set(Object.keys(fields)), { ...options, ...scanner }).decode(recordsOf(0, values)),
  );
  for (const other of others) expect(other).toEqual(decoded);
  if (decoded === undefined) throw new Error('no scanner');
  const readers = Object.entries(fields).map(([name, type]) => [name, columnReader(type, decoded.columns[name]!)] as const); // prettier-ignore
  const bad = new Map(decoded.rejected.map((rejected) => [rejected.row, rejected]));
  return {
    ...decoded,
    rows: values.map((_, row) => (bad.has(row) ? undefined : Object.fromEntries(readers.map(([name, read]) => [name, read(row)])))), // prettier-ignore
    reasons: decoded.rejected.map(({ row, code, field }) => `${row} ${code.replace('MILLRACE_DECODE_', '')} ${field}`.trim()), // prettier-ignore
  };
}

describe('text', () => {
  it('keeps few distinct texts as a dictionary, with codes that are stable over batches', () => {
    const decoder = jsonDecoder(schema({ category: utf8 }), new Set(['category']));
    const read = (...texts: string[]) => {
      const column = decoder.decode(recordsOf(0, texts.map((text) => `{"category":"${text}"}`))).columns['category']!; // prettier-ignore
      if (column.layout !== 'dictionary') throw new Error('no dictionary');
      return { codes: [...column.codes], dictionary: column.dictionary };
    };
    const first = read('art', 'travel', 'art');
    const second = read('travel', 'quotes');
    const third = read('art');
    expect([first.codes, second.codes, third.codes]).toEqual([[0, 1, 0], [1, 2], [0]]);
    expect(dictionaryTexts(third.dictionary)).toEqual(['art', 'travel', 'quotes']);
    expect(third.dictionary).toBe(second.dictionary);
  });
});

describe('objects', () => {
  it.each(['01', '-', '+1', '.5', '1.', '1e', '1e+', 'NaN', 'Infinity', '-Infinity', '0x1', '1_0', '--1'])(
    'rejects the number %s as no JSON, also in a field that nobody declared',
    (text) => {
      expect(decode({ v: nullable(float64) }, [`{"v":${text}}`, `{"x":${text}}`]).reasons).toEqual([
        '0 JSON',
        '1 JSON',
      ]);
    },
  );

  it('rejects a string that JSON.parse rejects', () => {
    const bad = ['"\\x"', '"\\u12g4"', '"a\nb"', '"a', '"\\', '"\\u12', "'a'"];
    expect(decode({ v: nullable(utf8) }, bad.map((json) => `{"v":${json}}`)).reasons).toEqual(bad.map((_, row) => `${row} JSON`)); // prettier-ignore
  });

  it('says how to read a time without a zone', () => {
    const { rejected } = decode({ at: timestamp }, ['{"at":"2026-01-01T00:00:00"}']);
    expect(rejected[0]!.sentence).toBe(
      `Field "at" is a time without a zone: declare it utf8 and clean it with text().timestamp({ zone: '…' }).`,
    );
  });

  it('takes the last of repeated keys, with what is wrong with it, and counts them', () => {
    const { rows, reasons, repeatedKeys } = decode({ a: int32, b: nullable(utf8) }, [
      '{"a":1,"a":2}',
      '{"a":"x","a":3,"b":"t","b":null}',
      '{"a":4,"a":"x"}',
      '{"\\u0061":5,"a":6,"x":1,"x":2}',
    ]);
    expect(rows).toEqual([{ a: 2, b: null }, { a: 3, b: null }, undefined, { a: 6, b: null }]);
    expect(reasons).toEqual(['2 TYPE a']);
    expect(repeatedKeys).toBe(4);
  });

  it('takes the last of repeated structs and lists whole', () => {
    const fields = { s: struct({ a: nullable(int32), b: nullable(utf8) }), l: list(nullable(int32)) };
    expect(
      decode(fields, ['{"s":{"a":1,"b":"x"},"l":[1,2,3],"s":{"b":"y"},"l":[null]}', '{"l":[4],"s":{"a":2}}']).rows,
    ).toEqual([
      { s: { a: null, b: 'y' }, l: [null] },
      { s: { a: 2, b: null }, l: [4] },
    ]);
  });

  it('tells null, empty and a list of null apart (case 31)', () => {
    const fields = { l: nullable(list(nullable(list(nullable(struct({ a: nullable(int32) })))))) };
    const lists = ['null', '[]', '[null]', '[[]]', '[[null],[{"a":1},{}],null]'];
    expect(decode(fields, lists.map((text) => `{"l":${text}}`)).rows.map((row) => row!['l'])).toEqual([
      null,
      [],
      [null],
      [[]],
      [[null], [{ a: 1 }, { a: null }], null],
    ]); // prettier-ignore
  });

  it('names the field at fault as a path: the first of the schema, whatever the order of keys', () => {
    const fields = { a: int32, s: struct({ b: list(struct({ c: int32 })) }), l: list(list(int32)) };
    expect(
      decode(fields, [
        '{"l":[[1],[2,"x"]],"s":{"b":[{"c":1},{"c":null}]},"a":1}',
        '{"l":[[1],[2,"x"]],"s":{"b":[]},"a":1}',
        '{"s":{"b":[{}]},"l":[]}',
        '{"a":1,"s":{"b":[{}]},"l":[]}',
        '{"a":1,"s":[],"l":{}}',
      ]).reasons,
    ).toEqual(['0 NULL s.b[].c', '1 TYPE l[][]', '2 MISSING a', '3 MISSING s.b[].c', '4 TYPE s']);
  });

  it('reads names that need escapes, and no bytes that only look like them', () => {
    const fields = { 'a"b': nullable(int32), ['__proto__']: nullable(int32), é: nullable(int32) };
    const { rows, reasons } = decode(fields, [
      '{"a\\"b":1,"__proto__":2,"é":3}',
      '{"a\\"b":1,"__proto__":2,"\\u00e9":3}',
      '{"a"b":1}',
    ]);
    const row = Object.fromEntries([['a"b', 1], ['__proto__', 2], ['é', 3]]); // prettier-ignore
    expect(rows).toEqual([row, row, undefined]);
    expect(reasons).toEqual(['2 JSON']);
  });

  it('reads white space where JSON has it, and nothing before or behind the object', () => {
    const good = ' \t\r\n{ "a" : 1 , "x" : [ ] } \n';
    const bad = ['', ' ', '\ufeff{"a":1}', '{"a":1}x', '{"a":1},', '{"a":1,}', '{,"a":1}', '{"a" 1}', '{"a":1', '{"a":}', '\u00a0{"a":1}']; // prettier-ignore
    expect(decode({ a: int32 }, [good, ...bad]).reasons).toEqual(bad.map((_, i) => `${i + 1} JSON`));
    expect(decode({ a: int32 }, ['[1]', '1', 'null', '"a"', '[1']).reasons).toEqual(['0 NOT_OBJECT', '1 NOT_OBJECT', '2 NOT_OBJECT', '3 NOT_OBJECT', '4 JSON']); // prettier-ignore
  });

  it('rejects by schema and bytes alone: a field that nobody asks for is held to its type', () => {
    const fields = schema({ a: int32, b: utf8, s: struct({ c: list(int32) }) });
    const values = ['{"a":1,"b":"x","s":{"c":[1]}}', '{"a":1,"b":7,"s":{"c":[]}}', '{"a":1,"b":null,"s":{"c":[2.5]}}'];
    for (const columns of [[], ['a'], ['a', 'b', 's']]) {
      const { rejected, columns: decoded } = jsonDecoder(fields, new Set(columns)).decode(recordsOf(0, values));
      expect(rejected.map(({ row, code, field, sentence }) => [row, code, field, sentence])).toEqual([
        [1, 'MILLRACE_DECODE_TYPE', 'b', 'Field "b" is a number where utf8 is declared.'],
        [2, 'MILLRACE_DECODE_NULL', 'b', 'Field "b" is null, and it is not declared nullable(…).'],
      ]);
      expect(Object.keys(decoded)).toEqual(columns);
    }
  });

  it('leaves nulls in the rows of rejected records, also in fields that cannot be null', () => {
    const { columns } = decode({ a: int32, b: utf8, c: bool }, ['{"a":1,"b":"x","c":true}', 'torn', null]);
    for (const [name, type] of [
      ['a', int32],
      ['b', utf8],
      ['c', bool],
    ] as const) {
      // prettier-ignore
      const read = columnReader(type, columns[name]!);
      expect([read(1), read(2)]).toEqual([null, null]);
      expect(read(0)).not.toBeNull();
    }
  });

  it('holds what it skips to JSON as well', () => {
    const bad = ['[1}', '{"a":1]', '[1 2]', '[1,]', '[,1]', '{"a":1,}', '{"a"}', '{1:2}', '{"a":1 "b":2}', '[', 'nul', 'tru', '[}', '{]', '"a" "b"']; // prettier-ignore
    const good = ['[1,[2,{"a":[]},{}],"]"]', '{"a":{"b":[true,false,null]},"c":1}', '""', '-0.5e+1'];
    const { reasons } = decode({ v: nullable(int32) }, [...bad, ...good].map((json) => `{"x":${json}}`)); // prettier-ignore
    expect(reasons).toEqual(bad.map((_, row) => `${row} JSON`));
    const { reasons: declared } = decode({ v: nullable(int32) }, bad.map((json) => `{"v":${json}}`)); // prettier-ignore
    expect(declared).toEqual(bad.map((_, row) => `${row} JSON`));
    const lists = decode({ v: list(struct({ a: nullable(int32) })) }, ['[{}', '[{}}', '[{},]', '[{"a":1,}]', '[{} {}]'].map((json) => `{"v":${json}}`)); // prettier-ignore
    expect(lists.reasons).toEqual([0, 1, 2, 3, 4].map((row) => `${row} JSON`));
  });

  it('tells a tombstone from empty bytes', () => {
    expect(decode({ a: int32 }, [null, '']).reasons).toEqual(['0 TOMBSTONE', '1 JSON']);
  });

  it('never leans on the record behind', () => {
    const torn = ['{"a":12', '{"a":1', '{"a":tru', '{"a":"x', '{"a', '{"a":1.', '{"a":1e', '{"a":"\\u00', '{'];
    const fields = { a: nullable(int32) };
    const { reasons } = decode(fields, torn.flatMap((text) => [text, '3}"e":0,"a":1}ff"}'])); // prettier-ignore
    expect(reasons).toEqual(torn.flatMap((_, i) => [`${2 * i} JSON`, `${2 * i + 1} JSON`]));
  });
});

describe('cases of the field', () => {
  it('10: null, missing, unreadable and −1 as event time', () => {
    const values = ['{"ts":1000}', '{"ts":null}', '{}', '{"ts":"2026-13-45T00:00:00Z"}', '{"ts":-1}'];
    const { rows, reasons } = decode({ ts: timestamp }, values);
    expect(reasons).toEqual(['1 NULL ts', '2 MISSING ts', '3 TIMESTAMP ts']);
    expect([rows[0], rows[4]]).toEqual([{ ts: new Date(1000) }, { ts: new Date(-1) }]);
  });

  it('18b: 0.10 and 0.20 are exact decimals', () => {
    const { rows } = decode({ v: decimal(10, 2) }, ['{"v":0.10}', '{"v":0.20}']);
    expect(rows).toEqual([{ v: '0.10' }, { v: '0.20' }]);
  });

  it('19: NUL stays, lone surrogates become U+FFFD and are counted, escaped backslashes are text', () => {
    const values = ['{"a":"x\\u0000y"}', '{"a":"\\ud83d"}', '{"a":"\\ud83d\\ude00"}', '{"a":"\\\\u0000"}'];
    const { rows, repaired } = decode({ a: utf8 }, values);
    expect(rows.map((row) => row!['a'])).toEqual(['x\u0000y', '\ufffd', '😀', '\\u0000']);
    expect(repaired).toBe(1);
  });

  it('19b: different lone surrogates are one text', () => {
    const { columns, repaired } = decode({ a: utf8 }, ['{"a":"\\ud83d"}', '{"a":"\\ud83e"}']);
    expect(columns['a']).toMatchObject({ codes: new Int32Array([0, 0]) });
    expect(repaired).toBe(2);
  });

  it('21a: too deep is rejected before anything recurs', () => {
    const nested = (n: number) => `{"v":3,"x":${'['.repeat(n)}${']'.repeat(n)}}`;
    const values = ['{"v":1}', nested(5000), nested(100), '{"v":2}', nested(511), nested(512), '['.repeat(5e6)];
    const { rows, reasons, rejected } = decode({ v: int32 }, values);
    expect(reasons).toEqual(['1 TOO_DEEP', '5 TOO_DEEP', '6 TOO_DEEP']);
    expect(rows.map((row) => row?.['v'])).toEqual([1, undefined, 3, 2, 3, undefined, undefined]);
    expect(rejected[0]!.sentence).toContain('more than 512');
  });

  it('21b: too large is rejected with its size, and the next comes', () => {
    const values = [1024, 2 * 1024 * 1024, 1024].map((size) => `{"v":"${'a'.repeat(size - 8)}"}`);
    const { reasons, rejected, rows } = decode({ v: utf8 }, values, { bytesMax: 1024 * 1024 });
    expect(reasons).toEqual(['1 TOO_LARGE']);
    expect(rejected[0]!.sentence).toContain('2097152 bytes');
    expect((rows[2]!['v'] as string).length).toBe(1016);
    expect(decode({ v: utf8 }, ['{"v":"a"}', '{"v":"ab"}'], { bytesMax: 9 }).reasons).toEqual(['1 TOO_LARGE']);
  });

  it('33b, c, d: a number is no text, 2.5 is no int64, unknown fields do not matter', () => {
    const { rows, reasons, rejected } = decode({ a: utf8, id: int64 }, [
      '{"a":7,"id":1}',
      '{"a":"x","id":2.5}',
      '{"a":"x","id":3,"c":{"d":[1]}}',
    ]);
    expect(reasons).toEqual(['0 TYPE a', '1 NOT_WHOLE id']);
    expect(rejected[0]!.sentence).toBe('Field "a" is a number where utf8 is declared.');
    expect(rows[2]).toEqual({ a: 'x', id: 3n });
  });
});

describe('values in bytes that they share', () => {
  it('are decoded as those of a column, whatever lies between them', () => {
    const Pin = schema({ id: utf8, n: nullable(int32) });
    const texts = ['{"id":"a\\u00e9","n":1}', '{"id":"b"', ' {"n":7,"id":"\u{1F600}"} ', '{"id":"d"}'];
    const column = recordsOf(0, [texts[0]!, null, ...texts.slice(1)]);
    const between = '"}],\\';
    const bytes = new TextEncoder().encode(between + texts.join(between) + between);
    const size = (text: string): number => new TextEncoder().encode(text).length;
    const starts: number[] = [];
    for (let at = size(between), i = 0; i < texts.length; at += size(texts[i++]!) + size(between)) starts.push(at);
    const slices = {
      bytes,
      starts: Int32Array.from([starts[0]!, starts[1]! - 1, ...starts.slice(1)]),
      ends: Int32Array.from([starts[0]! + size(texts[0]!), starts[1]! - 1, ...starts.slice(1).map((at, i) => at + size(texts[i + 1]!))]), // prettier-ignore
      validity: Uint8Array.of(0b11101),
    };
    const decoder = (): ReturnType<typeof jsonDecoder> => jsonDecoder(Pin, new Set(['id', 'n']));
    expect(decoder().decode({ ...column, slices })).toEqual(decoder().decode(column));
  });
});
