import type { FileBytes } from '../codec.js';

/** What lies between two ranges is read with them where it is no more: a block of the checksums, which are read whole. */
const widestGap = 128 * 1024;

interface Range {
  readonly start: number;
  readonly end: number;
}

/** Reads ranges of a file, neighbours at once. */
export async function readRanges(bytes: FileBytes, ranges: readonly Range[]): Promise<Uint8Array[]> {
  const joined: { start: number; end: number }[] = [];
  for (const { start, end } of ranges.toSorted((a, b) => a.start - b.start)) {
    const last = joined.at(-1);
    if (last !== undefined && start - last.end <= widestGap) last.end = Math.max(last.end, end);
    else joined.push({ start, end });
  }
  const parts = await Promise.all(joined.map(({ start, end }) => bytes.read(start, end)));
  return ranges.map(({ start, end }) => {
    const at = joined.findIndex((part) => part.start <= start && end <= part.end);
    return parts[at]!.subarray(start - joined[at]!.start, end - joined[at]!.start);
  });
}
