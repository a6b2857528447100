// Numbers by entry, in chunks: a table that grows to millions of entries never copies what it has. The number of an
// entry is `chunks[entry >> entryBits]![entry & entryMask]`; written out, since a call for each would cost more than it.

/** How many bits of an entry say where it is in its chunk. */
export const entryBits = 14;
export const entryMask: number = (1 << entryBits) - 1;

const entriesPerChunk = 1 << entryBits;
const entriesAtFirst = 64;

/**
 * Adds chunks until they hold the entries 0 to `length` − 1; new places have the value `fill`. The first chunk starts
 * small, for tables of few keys. Returns how many entries they hold.
 */
export function coverEntries<A extends Int32Array | Float64Array>(
  chunks: A[],
  length: number,
  fill: number,
  create: (length: number) => A,
): number {
  for (;;) {
    const last = chunks.at(-1);
    const covered = last === undefined ? 0 : (chunks.length - 1) * entriesPerChunk + last.length;
    if (covered >= length) return covered;
    if (last === undefined || last.length === entriesPerChunk) {
      chunks.push(create(last === undefined ? entriesAtFirst : entriesPerChunk).fill(fill) as A);
      continue;
    }
    const larger = create(2 * last.length).fill(fill) as A;
    larger.set(last);
    chunks[chunks.length - 1] = larger;
  }
}
