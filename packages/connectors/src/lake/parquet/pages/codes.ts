import { readCodes } from './hybrid.js';
import { skip, type Stretch, unreadablePage } from './stretch.js';

/** Reads a page of `count` codes of a dictionary of `entries` entries, as those from `at` on. */
export function readPageOfCodes(values: Stretch, entries: number, codes: Int32Array, at: number, count: number): void {
  const width = values.bytes[skip(values, 1)]!;
  readCodes(values, width, codes, at, count);
  let largest = 0;
  for (let i = at; i < at + count; i++) if (codes[i]! > largest) largest = codes[i]!;
  if (largest >= entries) throw unreadablePage(`code ${largest} of ${entries} entries`);
}
