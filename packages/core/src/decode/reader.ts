import type { Column } from '../batch/column.js';
import type { ColumnType } from '../schema/column-type.js';
import { type Cursor, literalNull, readLiteral } from './cursor.js';
import { type Problem, kindText, problem } from './rejection.js';
import type { ScannedReader } from './scanner/scanned.js';
import { skipValue } from './skip-value.js';

/**
 * Reads the values of one field and makes their column, in two steps: `read` checks a value and notes what it is under
 * a row; `finish` builds. So a value can be read again under the same row, and then replaces the one before (a key that
 * comes twice), and a row whose record turns out bad can become null: nothing has to be taken back.
 *
 * A reader that only checks is one whose row is always 0 and that is never finished.
 */
export interface Reader {
  /** Begins a column of `rows` rows. */
  begin(rows: number): void;
  /**
   * Reads the value at the cursor, whose first byte is `byte` and not that of null, to its end, whatever it is.
   * Gives why it does not fit; then what is noted for the row means nothing.
   *
   * @throws `malformed` and `tooDeep`
   */
  read(c: Cursor, byte: number, row: number): Problem | undefined;
  setNull(row: number): void;
  /** Makes `row` as if it had not been read. */
  forget(row: number): void;
  /** The column of all rows, whose noted values stand in the bytes of the cursor. */
  finish(c: Cursor): Column;
  /** How it takes what the scanner of WebAssembly has found, where that knows its kind. */
  readonly scanned?: ScannedReader | undefined;
}

/** Reads a value or null with a reader of its type. */
export function readNullable(
  reader: Reader,
  type: ColumnType,
  c: Cursor,
  byte: number,
  row: number,
): Problem | undefined {
  if (byte !== 0x6e) return reader.read(c, byte, row);
  readLiteral(c, literalNull);
  if (!type.nullable) return problem('MILLRACE_DECODE_NULL');
  reader.setNull(row);
  return undefined;
}

/** Moves over a value of another kind than declared, and gives that as the problem. */
export function otherKind(c: Cursor, byte: number, type: ColumnType): Problem {
  skipValue(c);
  return problem('MILLRACE_DECODE_TYPE', type, kindText(byte));
}
