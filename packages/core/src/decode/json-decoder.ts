import { bitAt } from '../batch/bits.js';
import type { DecodedRecords, RejectedRow } from '../connector/records.js';
import { slicesOf, type ValueSlices } from '../connector/value-slices.js';
import type { ColumnType } from '../schema/column-type.js';
import type { Schema } from '../schema/schema.js';
import { type Cursor, cursor, malformed, peek, readEnd, tooDeep } from './cursor.js';
import type { Decoder } from './decoder.js';
import { boolReader } from './read-bool.js';
import { listReader } from './read-list.js';
import { decimalReader, float64Reader, int32Reader, int64Reader } from './read-number.js';
import { finishMembers, membersOf, objectReader, structReader } from './read-object.js';
import { binaryReader, textReader } from './read-text.js';
import { timestampReader } from './read-timestamp.js';
import type { Reader } from './reader.js';
import { kindText, type Problem, problem, rejectedRow } from './rejection.js';
import { memberScanner, takePart } from './scanner/member-scanner.js';
import { type ScannerOptions, scannerPort } from './scanner/scanner-port.js';
import { skipValue } from './skip-value.js';

/** Bounds of what is read; beyond them a record is rejected. */
export interface JsonDecoderOptions {
  /** How many objects and lists may be open inside one another, the record's own object included; 512. */
  readonly depthMax?: number;
  /** The largest value in bytes; 16 MB. */
  readonly bytesMax?: number;
}

/**
 * A decoder of JSON objects, one per record, to the columns of `schema` that are in `columns`.
 *
 * It takes exactly the JSON that `JSON.parse` takes, and holds every field that the schema declares to its type,
 * whether it is in `columns` or not: which records are rejected depends on nothing but the schema, the bounds and the
 * bytes. Fields that the schema does not declare are skipped, and checked only to be JSON. Of several things that are
 * wrong with a record it reports, in this order: its size, then whichever comes first of a nesting too deep and bytes
 * that are not JSON, then the first field of the schema that does not fit.
 *
 * - utf8: text. Lone surrogates and bytes that are not UTF-8 become U+FFFD; such a value counts as `repaired`.
 * - int32, int64: numbers that are whole, however they are written (`2.0`, `1e2`), exactly. decimal: exactly; more
 *   digits than it holds are rejected. float64: as `Number(text)`, but none beyond the largest (`1e400`); also the texts
 *   `"NaN"`, `"Infinity"`, `"-Infinity"`.
 * - timestamp: ISO 8601 with a zone, cut to milliseconds, or whole milliseconds since the epoch, up to ±8.64e15.
 * - binary: base64 (standard alphabet, padded). bool, list, struct: theirs.
 * - null, or no value at all, is rejected where the field is not nullable. Nothing is ever turned into another kind.
 * - Of a repeated key the last value counts; keys of declared fields that come again count as `repeatedKeys`. A record
 *   that is rejected counts for neither.
 *
 * Where all fields are utf8, int32, int64, float64, bool or timestamp, batches are scanned with the vector instructions
 * of WebAssembly, if the platform has them. Records that are not written as most are (a nested value in a field, a
 * number with an exponent, a lone surrogate, a key that comes twice) are left to the scanner in JavaScript, as are
 * schemas with decimals, binary, lists or structs. It makes no difference but that of time.
 *
 * @example
 * ```ts
 * import { schema, utf8, int64 } from '@millrace/core';
 * import { jsonDecoder, recordsOf, valueAt } from '@millrace/core/connector';
 *
 * const decoder = jsonDecoder(schema({ id: utf8, size: int64 }), new Set(['size']));
 * const { columns, rejected } = decoder.decode(recordsOf(0, ['{"id":"a","size":9007199254740993}', '{"id":7,"size":1}']));
 * console.log(valueAt(int64, columns['size']!, 0)); // 9007199254740993n
 * console.log(rejected[0]?.code, rejected[0]?.field); // MILLRACE_DECODE_TYPE id
 * ```
 */
export function jsonDecoder(schema: Schema, columns: ReadonlySet<string>, options: JsonDecoderOptions = {}): Decoder {
  const { depthMax = 512, bytesMax = 16 * 1024 * 1024 } = options;
  const members = membersOf(schema.fields, readerOf, columns);
  const kept = members.filter((member) => member.kept);
  const readObject = objectReader(members);
  const scan = memberScanner(members, { depthMax, bytesMax }, (options as ScannerOptions)[scannerPort]);
  const c = cursor(depthMax);

  const readRecord = ({ starts, ends, validity }: ValueSlices, row: number): Problem | undefined => {
    if (validity !== undefined && !bitAt(validity, row)) return problem('MILLRACE_DECODE_TOMBSTONE');
    c.at = starts[row]!;
    c.end = ends[row]!;
    c.depth = 0;
    const size = c.end - c.at;
    if (size > bytesMax) return problem('MILLRACE_DECODE_TOO_LARGE', String(bytesMax), String(size));
    try {
      return readWhole(c, row, readObject);
    } catch (error) {
      if (error === malformed) return problem('MILLRACE_DECODE_JSON');
      if (error === tooDeep) return problem('MILLRACE_DECODE_TOO_DEEP', String(depthMax));
      throw error;
    }
  };
  return {
    decode(records): DecodedRecords {
      const { length } = records;
      const values = records.slices ?? slicesOf(records.values);
      const rejected: RejectedRow[] = [];
      c.bytes = values.bytes;
      c.repaired = 0;
      c.repeatedKeys = 0;
      for (const { reader } of kept) reader.begin(length);
      const readRow = (row: number): void => {
        const { repaired, repeatedKeys } = c;
        const found = readRecord(values, row);
        if (found === undefined) return;
        rejected.push(rejectedRow(row, found));
        for (const { reader } of kept) reader.setNull(row);
        c.repaired = repaired;
        c.repeatedKeys = repeatedKeys;
      };
      for (let from = 0; from < length;) {
        const part = scan(values, from);
        const rows = part?.rows ?? length - from;
        for (let i = 0; part?.anyLeft !== false && i < rows; i++) if (part?.left[i] !== 0) readRow(from + i);
        if (part !== undefined) takePart(members, part, c);
        from += rows;
      }
      const { repaired, repeatedKeys } = c;
      c.end = values.bytes.length;
      return { columns: finishMembers(members, c), rejected, repaired, repeatedKeys };
    },
  };
}

function readWhole(
  c: Cursor,
  row: number,
  readObject: (c: Cursor, row: number) => Problem | undefined,
): Problem | undefined {
  const byte = peek(c);
  let found: Problem | undefined;
  if (byte === 0x7b) found = readObject(c, row);
  else {
    skipValue(c);
    found = problem('MILLRACE_DECODE_NOT_OBJECT', '', kindText(byte));
  }
  readEnd(c);
  return found;
}

function readerOf(type: ColumnType): Reader {
  switch (type.kind) {
    case 'utf8':
      return textReader(type);
    case 'int32':
      return int32Reader(type);
    case 'int64':
      return int64Reader(type);
    case 'float64':
      return float64Reader(type);
    case 'decimal':
      return decimalReader(type);
    case 'bool':
      return boolReader(type);
    case 'timestamp':
      return timestampReader(type);
    case 'binary':
      return binaryReader(type);
    case 'list':
      return listReader(type, readerOf(type.items!));
    case 'struct':
      return structReader(type, readerOf);
  }
}
