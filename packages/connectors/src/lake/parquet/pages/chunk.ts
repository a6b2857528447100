import type { Decompress } from './decompress.js';
import { copyBits, readBits } from './hybrid.js';
import { openPage, type Page, type Pages } from './page-list.js';
import { atEnd, nextStretch, nextUint32, type Stretch, unreadablePage } from './stretch.js';

/** A column of a row group, before its values are read. */
export interface Chunk {
  readonly rows: number;
  /** Whether it may hold nulls. */
  readonly optional: boolean;
  readonly pages: Pages;
  readonly decompress: Decompress;
}

/** Reads the values of a page, which are `count` without its nulls, as those from `at` on of the chunk's. */
export type ReadValues = (page: Page, values: Stretch, at: number, count: number) => void;

/**
 * Reads all pages of a chunk, its values without gaps.
 *
 * @returns where values are and nulls are not; undefined where no row is null. The reader is to spread its values by it.
 */
export function readPages({ rows, optional, pages, decompress }: Chunk, read: ReadValues): Uint8Array | undefined {
  const validity = new Uint8Array(optional ? (rows + 7) >> 3 : 0);
  let row = 0;
  let at = 0;
  for (const page of pages.data) {
    const { levels, values } = openPage(page, optional, decompress);
    const count = levels === undefined ? page.count : readBits(levels, validity, row, page.count);
    if (levels !== undefined) atEnd(levels);
    if (page.levels.version === 2 && page.levels.nulls !== page.count - count) throw unreadablePage('its nulls');
    if (count > 0) {
      read(page, values, at, count);
      atEnd(values);
    }
    row += page.count;
    at += count;
  }
  return at === rows ? undefined : validity;
}

/** True and false of a chunk, as a bitmap. */
export function readBools(chunk: Chunk): { values: Uint8Array; validity: Uint8Array | undefined } {
  const dense = new Uint8Array((chunk.rows + 7) >> 3);
  const validity = readPages(chunk, ({ encoding }, values, at, count) => {
    if (encoding === 'RLE') readBits(nextStretch(values, nextUint32(values)), dense, at, count);
    else if (encoding !== 'PLAIN') throw unreadablePage(`booleans as ${encoding}`);
    else copyBits(values.bytes, nextStretch(values, (count + 7) >> 3).at, dense, at, count);
  });
  return { values: validity === undefined ? dense : spreadBits(dense, validity, chunk.rows), validity };
}

function spreadBits(dense: Uint8Array, validity: Uint8Array, rows: number): Uint8Array {
  const spread = new Uint8Array(dense.length);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    const bit = 1 << (row & 7);
    if ((validity[row >> 3]! & bit) === 0) continue;
    if ((dense[at >> 3]! & (1 << (at & 7))) !== 0) spread[row >> 3]! |= bit;
    at++;
  }
  return spread;
}
