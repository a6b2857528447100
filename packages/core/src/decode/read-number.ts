import type { Column } from '../batch/column.js';
import { setUnscaled } from '../batch/decimal.js';
import type { ColumnType } from '../schema/column-type.js';
import type { Cursor } from './cursor.js';
import { exactWhole, nearestDouble, smallWhole } from './exact-number.js';
import { nullRows } from './null-rows.js';
import { otherKind, type Reader } from './reader.js';
import { type Problem, problem } from './rejection.js';
import { beginsNumber, scanNumber } from './scan-number.js';
import { scanString, stringBytes } from './scan-string.js';
import { eachReadRun } from './scanner/scanned.js';

/**
 * A reader of values of a fixed width: `make` an array for so many rows, `read` into it, wrap it as a `column`. Where the
 * scanner knows the kind, `copy` what it has found in its rows `from` to `to` into the rows from `row` on.
 */
export function valuesReader<A>(
  make: (rows: number) => A,
  read: (c: Cursor, byte: number, values: A, row: number) => Problem | undefined,
  column: (values: A, validity: Uint8Array | undefined) => Column,
  copy?: (values: A, row: number, scanned: Uint8Array, from: number, to: number) => void,
): Reader {
  let values = make(1);
  const nulls = nullRows();
  nulls.begin(1);
  return {
    begin(rows) {
      values = make(rows);
      nulls.begin(rows);
    },
    read: (c, byte, row) => read(c, byte, values, row),
    setNull: nulls.setNull,
    forget: nulls.forget,
    finish: () => column(values, nulls.finish()),
    scanned: copy && {
      numbersTexts: () => false,
      take({ values: scanned, nulls: isNull }, part) {
        eachReadRun(part, (from, to) => {
          copy(values, part.from + from, scanned, from, to);
          for (let row = from; row < to; row++) if (isNull[row] === 1) nulls.setNull(part.from + row);
        });
      },
    },
  };
}

/** Whole numbers of 32 bits, however they are written: `2`, `2.0` and `2e0` are one value, `2.5` is none. */
export function int32Reader(type: ColumnType): Reader {
  return valuesReader(
    (rows) => new Int32Array(rows),
    (c, byte, values, row) => {
      if (!beginsNumber(byte)) return otherKind(c, byte, type);
      scanNumber(c);
      const value = smallWhole(c, 0);
      if (value === (value | 0)) {
        values[row] = value;
        return undefined;
      }
      // NaN here has a fraction, or is written with so many digits that only counting them tells.
      const exact = Number.isNaN(value) ? exactWhole(c, 0, 10) : 'range';
      if (typeof exact === 'bigint' && BigInt.asIntN(32, exact) === exact) {
        values[row] = Number(exact);
        return undefined;
      }
      return problem(exact === 'fraction' ? 'MILLRACE_DECODE_NOT_WHOLE' : 'MILLRACE_DECODE_RANGE', type);
    },
    (values, validity) => ({ layout: 'int32', values, validity }),
    (values, row, { buffer, byteOffset }, from, to) => {
      values.set(new Int32Array(buffer, byteOffset + 4 * from, to - from), row);
    },
  );
}

/** Whole numbers of 64 bits, from their digits: none goes through a double that could not hold it. */
export function int64Reader(type: ColumnType): Reader {
  return valuesReader(
    (rows) => longs(rows),
    (c, byte, values, row) => {
      if (!beginsNumber(byte)) return otherKind(c, byte, type);
      scanNumber(c);
      const value = smallWhole(c, 0);
      if (!Number.isNaN(value)) {
        setLong(values, row, value);
        return undefined;
      }
      const exact = exactWhole(c, 0, 19);
      if (typeof exact === 'bigint' && BigInt.asIntN(64, exact) === exact) {
        values.values[row] = exact;
        return undefined;
      }
      return problem(exact === 'fraction' ? 'MILLRACE_DECODE_NOT_WHOLE' : 'MILLRACE_DECODE_RANGE', type);
    },
    ({ values }, validity) => ({ layout: 'int64', values, validity }),
    ({ values }, row, { buffer, byteOffset }, from, to) => {
      values.set(new BigInt64Array(buffer, byteOffset + 8 * from, to - from), row);
    },
  );
}

/** Decimals, exactly from their digits. Zeros behind the last digit do not count: `1.500` fits a scale of 1. */
export function decimalReader(type: ColumnType): Reader {
  const precision = type.precision!;
  const scale = type.scale!;
  const smallEnd = precision < 15 ? 10 ** precision : Infinity;
  return valuesReader(
    (rows) => longs(2 * rows),
    (c, byte, values, row) => {
      if (!beginsNumber(byte)) return otherKind(c, byte, type);
      scanNumber(c);
      const small = smallWhole(c, scale);
      if (Math.abs(small) < smallEnd) {
        setLong(values, 2 * row, small);
        setLong(values, 2 * row + 1, small < 0 ? -1 : 0);
        return undefined;
      }
      const exact = exactWhole(c, scale, precision);
      if (typeof exact === 'bigint') {
        setUnscaled(values.values, row, exact);
        return undefined;
      }
      return problem(exact === 'fraction' ? 'MILLRACE_DECODE_SCALE' : 'MILLRACE_DECODE_RANGE', type);
    },
    ({ values }, validity) => ({ layout: 'decimal', values, validity }),
  );
}

// A bigint is an object: a whole number that a double holds goes in as two words of 32 bits. Arrow's layout is
// little-endian, as every machine is that runs JavaScript today.
interface Longs {
  readonly values: BigInt64Array;
  readonly words: Int32Array;
}

function longs(length: number): Longs {
  const values = new BigInt64Array(length);
  return { values, words: new Int32Array(values.buffer) };
}

function setLong({ words }: Longs, index: number, value: number): void {
  words[2 * index] = value; // modulo 2^32
  words[2 * index + 1] = Math.floor(value / 0x1_0000_0000);
}

// JSON has no numbers for these; as in Protobuf's mapping they are written as text.
const specials: readonly (readonly [Uint8Array, number])[] = (['NaN', 'Infinity', '-Infinity'] as const).map(
  (text) => [new TextEncoder().encode(text), Number(text)] as const,
);

/** Doubles, as `Number(text)` reads them where they are not beyond the largest, and the three texts `"NaN"`, `"Infinity"`, `"-Infinity"`. */
export function float64Reader(type: ColumnType): Reader {
  return valuesReader(
    (rows) => new Float64Array(rows),
    (c, byte, values, row) => {
      if (beginsNumber(byte)) {
        scanNumber(c);
        const value = nearestDouble(c);
        if (!Number.isFinite(value)) return problem('MILLRACE_DECODE_RANGE', type);
        values[row] = value;
        return undefined;
      }
      if (byte !== 0x22) return otherKind(c, byte, type);
      scanString(c);
      const bytes = stringBytes(c);
      const special = specials.find(([text]) => equals(text, bytes, c.start, c.stop));
      if (special === undefined) return problem('MILLRACE_DECODE_TYPE', type, 'text');
      values[row] = special[1];
      return undefined;
    },
    (values, validity) => ({ layout: 'float64', values, validity }),
    copyDoubles,
  );
}

/** Copies doubles that were scanned. */
export function copyDoubles(
  values: Float64Array,
  row: number,
  { buffer, byteOffset }: Uint8Array,
  from: number,
  to: number,
): void {
  values.set(new Float64Array(buffer, byteOffset + 8 * from, to - from), row);
}

function equals(text: Uint8Array, bytes: Uint8Array, start: number, stop: number): boolean {
  return text.length === stop - start && text.every((byte, i) => byte === bytes[start + i]);
}
