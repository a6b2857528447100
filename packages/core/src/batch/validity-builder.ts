import { clearBit } from './bits.js';
import { grown } from './grow.js';

/** The bitmap of a column that is being built; made only once a null comes. */
export interface ValidityBuilder {
  /** Marks row `row` null; rows come in ascending order. */
  markNull(row: number): void;
  /** The bitmap for `length` rows, undefined where none is null; begins anew. */
  finish(length: number): Uint8Array | undefined;
}

/** Collects which rows are null. */
export function validityBuilder(): ValidityBuilder {
  let bits: Uint8Array | undefined;
  return {
    markNull(row) {
      bits ??= new Uint8Array(0);
      const used = bits.length;
      bits = grown(bits, (row >> 3) + 1);
      bits.fill(0xff, used);
      clearBit(bits, row);
    },
    finish(length) {
      if (bits === undefined) return undefined;
      const used = bits.length;
      const validity = grown(bits, (length + 7) >> 3);
      validity.fill(0xff, used);
      bits = undefined;
      return validity.slice(0, (length + 7) >> 3);
    },
  };
}
