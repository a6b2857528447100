import { clearBit, fullBits } from '@millrace/core/operate';

/** The validity of a column with one row per slot, of which those that `isNull` says are null; undefined for none. */
export function validityOf(slots: Int32Array, isNull: (slot: number) => boolean): Uint8Array | undefined {
  let validity: Uint8Array | undefined;
  for (let i = 0; i < slots.length; i++) {
    if (!isNull(slots[i]!)) continue;
    validity ??= fullBits(slots.length);
    clearBit(validity, i);
  }
  return validity;
}
