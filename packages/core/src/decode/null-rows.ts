import { clearBit, fullBits, setBit } from '../batch/bits.js';

/** Which rows of a column are null; makes a bitmap only once there is one. */
export interface NullRows {
  readonly begin: (rows: number) => void;
  readonly setNull: (row: number) => void;
  /** Makes a row as if it had never been null. */
  readonly forget: (row: number) => void;
  readonly finish: () => Uint8Array | undefined;
}

/** No rows yet. */
export function nullRows(): NullRows {
  let length = 0;
  let bits: Uint8Array | undefined;
  return {
    begin(rows) {
      length = rows;
      bits = undefined;
    },
    setNull(row) {
      bits ??= fullBits(length);
      clearBit(bits, row);
    },
    forget(row) {
      if (bits !== undefined) setBit(bits, row);
    },
    finish: () => bits,
  };
}
