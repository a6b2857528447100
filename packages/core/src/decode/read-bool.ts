import { clearBit, emptyBits, setBit } from '../batch/bits.js';
import type { ColumnType } from '../schema/column-type.js';
import { literalFalse, literalTrue, readLiteral } from './cursor.js';
import { valuesReader } from './read-number.js';
import { otherKind, type Reader } from './reader.js';

/** `true` and `false`. */
export function boolReader(type: ColumnType): Reader {
  return valuesReader(
    emptyBits,
    (c, byte, values, row) => {
      if (byte === 0x74) {
        readLiteral(c, literalTrue);
        setBit(values, row);
      } else if (byte === 0x66) {
        readLiteral(c, literalFalse);
        clearBit(values, row);
      } else return otherKind(c, byte, type);
      return undefined;
    },
    (values, validity) => ({ layout: 'bool', values, validity }),
    (values, row, scanned, from, to) => {
      for (let i = from; i < to; i++) if (scanned[i] === 1) setBit(values, row + i - from);
    },
  );
}
