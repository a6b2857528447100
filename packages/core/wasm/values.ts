import { codeOf } from './dictionary';
import { Dictionary, Field } from './memory';
import { digits, fraction, mantissa, negative, readNumber } from './number';
import { isFalse, isNull, isTrue } from './skip';
import { copyEnd, copyText, skipText } from './text';
import { readTime, timeMs } from './time';

/** The kinds of fields, by the numbers that `scanned.ts` of the decoder gives them. */
const enum Kind {
  text,
  int32,
  int64,
  float64,
  bool,
  timestamp,
}

/** Whole numbers of so many digits are exact as doubles. */
const exactDigits = 15;
const tens = memory.data<f64>([1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15]);

/** Reads the value of a field; gives the place behind it, 0 where it is not of the field's type as far as is sure. */
export function readValue(at: usize, field: Field, row: usize): usize {
  if (isNull(at)) {
    if (field.nullable == 0) return 0;
    setNull(field, row);
    return at + 4;
  }
  // Most are text, and that is foreseen better than where a jump goes.
  if (field.kind == Kind.text) return readText(at, field, row);
  switch (field.kind) {
    case Kind.int32:
      return readInt32(at, field, row);
    case Kind.int64:
      return readInt64(at, field, row);
    case Kind.float64:
      return readFloat64(at, field, row);
    case Kind.bool:
      return readBool(at, field, row);
    default:
      return readTimestamp(at, field, row);
  }
}

/** Notes that a field is null in a row. */
export function setNull(field: Field, row: usize): void {
  if (field.nulls == 0) return;
  store<u8>(field.nulls + row, 1);
  // Under a null stands nothing, for every kind.
  if (field.kind == Kind.bool) store<u8>(field.values + row, 0);
  else if (field.kind == Kind.int32) store<i32>(field.values + (row << 2), 0);
  else if (field.kind == Kind.text) store<i32>(field.offsets + ((row + 1) << 2), load<i32>(field.offsets + (row << 2)));
  else store<i64>(field.values + (row << 3), 0);
}

function readText(at: usize, field: Field, row: usize): usize {
  if (load<u8>(at) != 0x22) return 0;
  if (field.offsets == 0) return skipText(at + 1);
  const place = field.offsets + (row << 2);
  const text = field.texts + load<i32>(place);
  at = copyText(at + 1, text);
  if (at == 0) return 0;
  store<i32>(place + 4, (copyEnd - field.texts) as i32);
  if (field.dictionary != 0) {
    const code = codeOf(changetype<Dictionary>(field.dictionary), text, (copyEnd - text) as i32);
    store<i32>(field.values + (row << 2), code);
  }
  return at;
}

function readInt32(at: usize, field: Field, row: usize): usize {
  at = readNumber(at);
  const value = negative ? -mantissa : mantissa;
  if (at == 0 || fraction != 0 || value != (value as i32 as i64)) return 0;
  if (field.values != 0) store<i32>(field.values + (row << 2), value as i32);
  return at;
}

function readInt64(at: usize, field: Field, row: usize): usize {
  at = readNumber(at);
  if (at == 0 || fraction != 0) return 0;
  if (field.values != 0) store<i64>(field.values + (row << 3), negative ? -mantissa : mantissa);
  return at;
}

function readFloat64(at: usize, field: Field, row: usize): usize {
  at = readNumber(at);
  if (at == 0 || digits > exactDigits) return 0;
  // Both operands are exact, so the one operation rounds once and right.
  const value = (mantissa as f64) / load<f64>(tens + ((fraction as usize) << 3));
  if (field.values != 0) store<f64>(field.values + (row << 3), negative ? -value : value);
  return at;
}

function readBool(at: usize, field: Field, row: usize): usize {
  const value = isTrue(at);
  if (!value && !isFalse(at)) return 0;
  if (field.values != 0) store<u8>(field.values + row, u8(value));
  return at + (value ? 4 : 5);
}

function readTimestamp(at: usize, field: Field, row: usize): usize {
  let time: i64 = 0;
  if (load<u8>(at) == 0x22) {
    at = readTime(at + 1);
    time = timeMs;
  } else {
    at = readNumber(at);
    if (fraction != 0 || digits > exactDigits) return 0;
    time = negative ? -mantissa : mantissa;
  }
  if (at != 0 && field.values != 0) store<f64>(field.values + (row << 3), time as f64);
  return at;
}
