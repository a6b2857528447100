import type { ColumnType } from '../schema/column-type.js';
import { exactWhole, smallWhole } from './exact-number.js';
import { instantMax, isoTime, unreadable, withoutZone } from './iso-time.js';
import { copyDoubles, valuesReader } from './read-number.js';
import { otherKind, type Reader } from './reader.js';
import { type Problem, problem } from './rejection.js';
import { beginsNumber, scanNumber } from './scan-number.js';
import { scanString, stringBytes } from './scan-string.js';
import type { Cursor } from './cursor.js';

/** Instants: an ISO 8601 text with a zone, or milliseconds since the epoch as a whole number. */
export function timestampReader(type: ColumnType): Reader {
  return valuesReader(
    (rows) => new Float64Array(rows),
    (c, byte, values, row) => {
      if (beginsNumber(byte)) return readMilliseconds(c, type, values, row);
      if (byte !== 0x22) return otherKind(c, byte, type);
      scanString(c);
      const bytes = stringBytes(c);
      const time = isoTime(bytes, c.start, c.stop);
      if (time === withoutZone) return problem('MILLRACE_DECODE_TIME_ZONE');
      if (time === unreadable) return problem('MILLRACE_DECODE_TIMESTAMP');
      values[row] = time;
      return undefined;
    },
    (values, validity) => ({ layout: 'float64', values, validity }),
    copyDoubles,
  );
}

function readMilliseconds(c: Cursor, type: ColumnType, values: Float64Array, row: number): Problem | undefined {
  scanNumber(c);
  const small = smallWhole(c, 0);
  const exact = Number.isNaN(small) ? exactWhole(c, 0, 16) : small;
  if (exact === 'fraction') return problem('MILLRACE_DECODE_NOT_WHOLE', type);
  const time = exact === 'range' ? Infinity : Number(exact);
  if (Math.abs(time) > instantMax) return problem('MILLRACE_DECODE_RANGE', type);
  values[row] = time + 0; // no −0
  return undefined;
}
