import { describe, expect, it } from 'vitest';
import { columnReader } from '../batch/rows.js';
import { recordsOf } from '../connector/records-of.js';
import {
  binary,
  type ColumnType,
  decimal,
  float64,
  int32,
  int64,
  list,
  struct,
  timestamp,
  utf8,
} from '../schema/column-type.js';
import { schema } from '../schema/schema.js';
import { jsonDecoder } from './json-decoder.js';

/** What one field's JSON text decodes to, or the code that it is rejected with. */
function valueOf(type: ColumnType, json: string): unknown {
  const decoder = jsonDecoder(schema({ v: type }), new Set(['v']));
  const { columns, rejected } = decoder.decode(recordsOf(0, [`{"v":${json}}`]));
  return rejected[0]?.code.replace('MILLRACE_DECODE_', '') ?? columnReader(type, columns['v']!)(0);
}

describe('numbers', () => {
  it.each([
    [int32, '2.0', 2],
    [int32, '1e2', 100],
    [int32, '-0', 0],
    [int32, '1200e-2', 12],
    [int32, '2147483647', 2147483647],
    [int32, '-2147483648.000', -2147483648],
    [int32, '0.0000000000000000000000000000000000000000005e43', 5],
    [int32, '100000000000000000000e-20', 1],
    [int32, '0e999999999999', 0],
    [int32, '2147483648', 'RANGE'],
    [int32, '1e999999999999', 'RANGE'],
    [int32, '2.5', 'NOT_WHOLE'],
    [int32, '1e-999999999999', 'NOT_WHOLE'],
    [int64, '9007199254740993', 9007199254740993n],
    [int64, '9223372036854775807', 9223372036854775807n],
    [int64, '-9223372036854775808', -9223372036854775808n],
    [int64, '-4294967297', -4294967297n],
    [int64, '922337203685477580.7e1', 9223372036854775807n],
    [int64, '9223372036854775808', 'RANGE'],
    [int64, '9007199254740993.5', 'NOT_WHOLE'],
    [decimal(10, 2), '1e2', '100.00'],
    [decimal(10, 2), '-0.05', '-0.05'],
    [decimal(10, 2), '1.500', '1.50'],
    [decimal(10, 2), '1.505', 'SCALE'],
    [decimal(10, 2), '99999999.99', '99999999.99'],
    [decimal(10, 2), '100000000', 'RANGE'],
    [decimal(38, 9), '-12345678901234567890123456789.123456789', '-12345678901234567890123456789.123456789'],
    [decimal(29, 9), '12345678901234567890.123456789', '12345678901234567890.123456789'],
    [decimal(15, 0), '999999999999999', '999999999999999'],
    [float64, '0.1', 0.1],
    [float64, '-0', -0],
    [float64, '123456789012345678901234567890', Number('123456789012345678901234567890')],
    [float64, '2.2250738585072011e-308', Number('2.2250738585072011e-308')],
    [float64, '1e22', 1e22],
    [float64, '1e-23', 1e-23],
    [float64, '-123456789e-30', -123456789e-30],
    [float64, '1.5e23', 1.5e23],
    [float64, '1e23', 1e23],
    [float64, '9007199254740993', 9007199254740992],
    [float64, '1.7976931348623157e308', Number.MAX_VALUE],
    [float64, '1e400', 'RANGE'],
    [float64, '-1e999', 'RANGE'],
    [list(float64), '[1,1e400]', 'RANGE'],
    [struct({ deep: list(struct({ x: float64 })) }), '{"deep":[{"x":-1e400}]}', 'RANGE'],
    [float64, '"NaN"', NaN],
    [float64, '"-Infinity"', -Infinity],
    [float64, '"nan"', 'TYPE'],
    [float64, '"1"', 'TYPE'],
  ])('%o reads %s', (type, json, expected) => {
    expect(valueOf(type, json)).toEqual(expected);
  });
});

describe('timestamps', () => {
  it.each([
    ['"2026-03-02T12:00:00Z"', 1772452800000],
    ['"2026-03-02t12:00z"', 1772452800000],
    ['"2026-03-02 13:30:00.5+01:30"', 1772452800500],
    ['"2026-03-02T12:00:00.123999Z"', 1772452800123],
    ['"1969-12-31T23:59:59.999-0000"', -1],
    ['"2024-02-29T00:00:00+00"', 1709164800000],
    ['"+275760-09-13T00:00:00.000Z"', 8.64e15],
    ['"+275760-09-13T01:00:00+01:00"', 8.64e15],
    ['"-271821-04-20T00:00:00Z"', -8.64e15],
    ['"\\u0031970-01-01T00:00:00Z"', 0],
    ['1772452800000', 1772452800000],
    ['1.7724528e12', 1772452800000],
    ['-1', -1],
    ['1772452800000000', 1772452800000000], // the year 58136
    ['8640000000000000', 8.64e15],
    ['8640000000000001', 'RANGE'],
    ['1e300', 'RANGE'],
    ['0.5', 'NOT_WHOLE'],
    ['8639999999999999.9', 'NOT_WHOLE'],
    ['"+275760-09-13T00:00:00.001Z"', 'TIMESTAMP'],
    ['"2026-13-45T00:00:00Z"', 'TIMESTAMP'],
    ['"2026-02-29T00:00:00Z"', 'TIMESTAMP'],
    ['"2026-01-01T24:00:00Z"', 'TIMESTAMP'],
    ['"2026-01-01T00:00:60Z"', 'TIMESTAMP'],
    ['"-000000-01-01T00:00:00Z"', 'TIMESTAMP'],
    ['"2026-01-01T00:00:00.Z"', 'TIMESTAMP'],
    ['"2026-01-01T00:00:00Zulu"', 'TIMESTAMP'],
    ['"1772452800000"', 'TIMESTAMP'],
    ['""', 'TIMESTAMP'],
    ['"2026-01-01T00:00:00"', 'TIME_ZONE'],
    ['"2026-01-01 00:00"', 'TIME_ZONE'],
    ['"2026-01-01"', 'TIME_ZONE'],
    ['true', 'TYPE'],
  ])('%s', (json, expected) => {
    const value = valueOf(timestamp, json);
    expect(value instanceof Date ? value.getTime() : value).toBe(expected);
  });
});

describe('text and bytes', () => {
  it('unescapes', () => {
    expect(valueOf(utf8, String.raw`"\"\\\/\b\f\n\r\t\u0041\u00e9\u20AC\ud83d\ude00"`)).toBe('"\\/\b\f\n\r\tAé€😀');
  });

  it('reads base64, padded and in the standard alphabet', () => {
    expect(valueOf(binary, '"CSo="')).toEqual(new Uint8Array([0x09, 0x2a]));
    expect(valueOf(binary, '"nA=="')).toEqual(new Uint8Array([0x9c]));
    expect(valueOf(binary, '"\\/+8B"')).toEqual(new Uint8Array([0xff, 0xef, 0x01]));
    expect(valueOf(binary, '""')).toEqual(new Uint8Array(0));
    for (const bad of ['"nA"', '"nB=="', '"nE=="', '"CSp="', '"_-8B"', '"===="', '"A==="', '" CSo="', '"é+8="']) {
      expect(valueOf(binary, bad), bad).toBe('BASE64');
    }
  });
});
