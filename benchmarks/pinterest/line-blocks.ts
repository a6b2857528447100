import { closeSync, openSync, readSync } from 'node:fs';
import type { ValueSlices } from '@millrace/core/connector';

const newline = 0x0a;
const readBytes = 8 * 1024 * 1024;

/**
 * The lines of a file, without their ends, in blocks of `rows`, where they stand in what was read; a block at the end of a
 * read, and the last one, may be shorter.
 */
export function* lineBlocks(path: string, rows: number): Generator<ValueSlices, void, undefined> {
  const file = openSync(path, 'r');
  try {
    // What was read of a line whose end was not.
    let rest = new Uint8Array(0);
    for (;;) {
      const chunk = new Uint8Array(rest.length + readBytes);
      chunk.set(rest);
      const read = readSync(file, chunk, rest.length, readBytes, null);
      if (read === 0) break;
      const bytes = chunk.subarray(0, rest.length + read);
      let at = 0;
      for (;;) {
        const block = blockAt(bytes, at, rows);
        if (block === undefined) break;
        yield block.lines;
        at = block.end;
      }
      rest = bytes.slice(at);
    }
    if (rest.length > 0) yield slices(rest, [0], [rest.length]);
  } finally {
    closeSync(file);
  }
}

function blockAt(
  bytes: Uint8Array,
  from: number,
  rows: number,
): { readonly lines: ValueSlices; readonly end: number } | undefined {
  const starts = new Int32Array(rows);
  const ends = new Int32Array(rows);
  let count = 0;
  let start = from;
  while (count < rows) {
    const end = bytes.indexOf(newline, start);
    if (end === -1) break;
    starts[count] = start;
    ends[count++] = end;
    start = end + 1;
  }
  return count === 0
    ? undefined
    : { lines: slices(bytes, starts.subarray(0, count), ends.subarray(0, count)), end: start };
}

function slices(bytes: Uint8Array, starts: ArrayLike<number>, ends: ArrayLike<number>): ValueSlices {
  return { bytes, starts: Int32Array.from(starts), ends: Int32Array.from(ends), validity: undefined };
}
