import { bitAt } from '../../batch/bits.js';
import type { ValueSlices } from '../../connector/value-slices.js';
import { keysMax, type ScanLayout, scanLayout, type ScannedField, type ScannerBounds } from './scan-layout.js';
import { type KnownKeys, type RecordBounds, rowsThatFit, scanRows } from './scan-part.js';
import { beginFields, columnsOf, writeKey, writeTables } from './scan-tables.js';
import type { ScannedColumn, ScannedPart } from './scanned.js';
import { hasRoom, scannerInstance } from './scanner-instance.js';

/** Goes over the records of a batch, part by part. */
export interface BatchScanner {
  /**
   * Scans the rows from `from` on, as many as fit, at least one. Undefined where the platform has no scanner, or no
   * memory for it.
   */
  scan(values: ValueSlices, from: number): ScannedPart | undefined;
}

/** Whose tables lie in the memory of the one scanner. */
let owner: ScanLayout | undefined;

/** A scanner for objects of these fields; undefined where it would take too much memory. */
export function batchScanner(
  fields: readonly ScannedField[],
  bounds: ScannerBounds,
  record: RecordBounds,
): BatchScanner | undefined {
  const layout = scanLayout(fields, bounds);
  if (layout === undefined) return undefined;
  const keys = knownKeys(layout);
  const plan = { layout, keys, bounds: record };
  let columns: readonly ScannedColumn[] = [];
  let left = new Uint8Array(0);

  const claim = (buffer: ArrayBuffer): void => {
    owner = layout;
    writeTables(buffer, layout, fields);
    keys.write(buffer);
    columns = columnsOf(buffer, layout, bounds);
    left = new Uint8Array(buffer, layout.left, bounds.partRows);
  };
  return {
    scan(values, from) {
      const instance = scannerInstance();
      if (instance === undefined || !hasRoom(instance, layout.size)) return undefined;
      const { buffer } = instance.memory;
      if (owner !== layout) claim(buffer);
      const fitting = rowsThatFit(values, from, bounds);
      const rows = Math.max(fitting, 1);
      left.fill(fitting === 0 ? 1 : 0, 0, rows);
      beginFields(buffer, layout, fields, rows);
      let anyLeft = fitting === 0 || scanRows(instance, plan, values, from, rows) > 0;
      for (let i = 0; values.validity !== undefined && i < rows; i++) {
        if (bitAt(values.validity, from + i)) continue;
        left[i] = 1;
        anyLeft = true;
      }
      return { from, rows, left, anyLeft, columns };
    },
  };
}

/** The keys of the fields, and those that no field has but that were met in records. */
function knownKeys({ keys, places }: ScanLayout): KnownKeys & { readonly write: (buffer: ArrayBuffer) => void } {
  const strangers: Uint8Array[] = [];
  const first = places.length + 1;
  return {
    get count() {
      return first + strangers.length;
    },
    get learns() {
      return first + strangers.length < keysMax;
    },
    learn(key, buffer) {
      writeKey(buffer, keys, first - 1 + strangers.push(key), key, 0);
    },
    write(buffer) {
      strangers.forEach((key, i) => writeKey(buffer, keys, first + i, key, 0));
    },
  };
}
