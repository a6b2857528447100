import { binaryBuilder, type BytesBuilder } from '../batch/bytes-builder.js';
import { type TextBuilder, textBuilder } from '../batch/text-builder.js';
import type { ColumnType } from '../schema/column-type.js';
import { decodedLength, decodeBase64, isBase64 } from './base64.js';
import type { Cursor } from './cursor.js';
import { otherKind, type Reader } from './reader.js';
import { type Problem, problem } from './rejection.js';
import { isDamaged, scanString, stringBytes } from './scan-string.js';

/** Text: its bytes, unescaped, with U+FFFD for what is not UTF-8 and for lone surrogates. */
export function textReader(type: ColumnType): Reader {
  return stringReader(
    type,
    textBuilder(),
    (c) => {
      if (isDamaged(c)) c.repaired++;
      return undefined;
    },
    (c, builder) => {
      const bytes = stringBytes(c);
      builder.appendBytes(bytes, c.start, c.stop);
    },
  );
}

/** Bytes, as base64 in the standard alphabet with padding. */
export function binaryReader(type: ColumnType): Reader {
  let decoded = new Uint8Array(0);
  return stringReader(
    type,
    binaryBuilder(),
    (c) => {
      const bytes = stringBytes(c);
      return isBase64(bytes, c.start, c.stop) ? undefined : problem('MILLRACE_DECODE_BASE64');
    },
    (c, builder) => {
      const bytes = stringBytes(c);
      const length = decodedLength(bytes, c.start, c.stop);
      if (decoded.length < length) decoded = new Uint8Array(length * 2);
      decodeBase64(bytes, c.start, c.stop, decoded);
      builder.appendBytes(decoded, 0, length);
    },
  );
}

/** Notes where strings stand that `check` does not object to; in the end `append` is called for each. */
function stringReader<B extends BytesBuilder | TextBuilder>(
  type: ColumnType,
  builder: B,
  check: (c: Cursor) => Problem | undefined,
  append: (c: Cursor, builder: B) => void,
): Reader {
  let length = 1;
  let starts = new Int32Array(1);
  let stops = new Int32Array(1); // −1 where the row is null
  let flags = new Uint8Array(1);
  return {
    begin(rows) {
      length = rows;
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
    finish(c) {
      for (let row = 0; row < length; row++) {
        if (stops[row]! < 0) {
          builder.appendNull();
          continue;
        }
        c.start = starts[row]!;
        c.stop = stops[row]!;
        c.flags = flags[row]!;
        append(c, builder);
      }
      return builder.finish();
    },
  };
}
