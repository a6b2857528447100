import { binaryBuilder, type BytesBuilder } from '../batch/bytes-builder.js';
import { type TextBuilder, textBuilder } from '../batch/text-builder.js';
import type { ColumnType } from '../schema/column-type.js';
import { decodedLength, decodeBase64, isBase64 } from './base64.js';
import type { Cursor } from './cursor.js';
import { otherKind, type Reader } from './reader.js';
import { type Problem, problem } from './rejection.js';
import { isDamaged, scanString, stringBytes } from './scan-string.js';
import type { ScannedColumn, ScannedPart } from './scanner/scanned.js';

/** Text: its bytes, unescaped, with U+FFFD for what is not UTF-8 and for lone surrogates. */
export function textReader(type: ColumnType): Reader {
  const builder = textBuilder();
  const reader = stringReader(
    type,
    builder,
    (c) => {
      if (isDamaged(c)) c.repaired++;
      return undefined;
    },
    (c) => {
      const bytes = stringBytes(c);
      builder.appendBytes(bytes, c.start, c.stop);
    },
  );
  const take = ({ texts, nulls }: ScannedColumn, { from, rows, left, anyLeft }: ScannedPart, c: Cursor): void => {
    let run = 0;
    for (let row = 0; (anyLeft || type.nullable) && row < rows; row++) {
      if (left[row] === 0 && nulls[row] === 0) continue;
      if (run < row) builder.appendTexts(texts, run, row);
      run = row + 1;
      if (left[row] === 0) builder.appendNull();
      else reader.appendNoted(c, from + row, from + run);
    }
    if (run < rows) builder.appendTexts(texts, run, rows);
    reader.passTo(from + rows);
  };
  return { ...reader, scanned: { numbersTexts: () => builder.isDictionary, take } };
}

/** Bytes, as base64 in the standard alphabet with padding. */
export function binaryReader(type: ColumnType): Reader {
  const builder = binaryBuilder();
  let decoded = new Uint8Array(0);
  return stringReader(
    type,
    builder,
    (c) => {
      const bytes = stringBytes(c);
      return isBase64(bytes, c.start, c.stop) ? undefined : problem('MILLRACE_DECODE_BASE64');
    },
    (c) => {
      const bytes = stringBytes(c);
      const length = decodedLength(bytes, c.start, c.stop);
      if (decoded.length < length) decoded = new Uint8Array(length * 2);
      decodeBase64(bytes, c.start, c.stop, decoded);
      builder.appendBytes(decoded, 0, length);
    },
  );
}

/** Notes where strings stand, and appends them to a builder once the rows are settled. */
interface StringReader extends Reader {
  /** Appends what is noted for rows `from` to `to`. */
  appendNoted(c: Cursor, from: number, to: number): void;
  /** Says that the rows before `row` have been appended. */
  passTo(row: number): void;
}

/** A reader of strings that `check` does not object to; in the end `append` is called for each. */
function stringReader(
  type: ColumnType,
  builder: BytesBuilder | TextBuilder,
  check: (c: Cursor) => Problem | undefined,
  append: (c: Cursor) => void,
): StringReader {
  let length = 1;
  let passed = 0;
  let starts = new Int32Array(1);
  let stops = new Int32Array(1); // −1 where the row is null
  let flags = new Uint8Array(1);
  const appendNoted = (c: Cursor, from: number, to: number): void => {
    for (let row = from; row < to; row++) {
      if (stops[row]! < 0) {
        builder.appendNull();
        continue;
      }
      c.start = starts[row]!;
      c.stop = stops[row]!;
      c.flags = flags[row]!;
      append(c);
    }
  };
  return {
    begin(rows) {
      length = rows;
      passed = 0;
      if (starts.length >= rows) return;
      starts = new Int32Array(rows);
      stops = new Int32Array(rows);
      flags = new Uint8Array(rows);
    },
    read(c, byte, row) {
      if (byte !== 0x22) return otherKind(c, byte, type);
      scanString(c);
      starts[row] = c.start;
      stops[row] = c.stop;
      flags[row] = c.flags;
      return check(c);
    },
    setNull(row) {
      stops[row] = -1;
    },
    forget: () => {},
    appendNoted,
    passTo(row) {
      passed = row;
    },
    finish(c) {
      appendNoted(c, passed, length);
      return builder.finish();
    },
  };
}
