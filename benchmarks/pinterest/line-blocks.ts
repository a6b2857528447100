import { closeSync, openSync, readSync } from 'node:fs';
import type { ValueSlices } from '@millrace/core/connector';

const newline = 0x0a;
const readBytes = 32 * 1024 * 1024;

/** The lines of a file, without their ends, in blocks of `rows`, where they stand in what was read; the last may be shorter. */
export function* lineBlocks(path: string, rows: number): Generator<ValueSlices, void, undefined> {
  const file = openSync(path, 'r');
  try {
    // What was read of a block whose end was not.
    let rest = new Uint8Array(0);
    for (;;) {
      const chunk = new Uint8Array(rest.length + readBytes);
      chunk.set(rest);
      const read = readSync(file, chunk, rest.length, readBytes, null);
      const bytes = chunk.subarray(0, rest.length + read);
      let at = 0;
      for (;;) {
        const lines = linesFrom(bytes, at, rows, read === 0);
        if (lines === undefined) break;
        yield lines;
        at = lines.ends.at(-1)! + 1;
      }
      if (read === 0) return;
      rest = bytes.slice(at);
    }
  } finally {
    closeSync(file);
  }
}

/** So many lines from `from` on; undefined where there are fewer, unless nothing follows. */
function linesFrom(bytes: Uint8Array, from: number, rows: number, isLast: boolean): ValueSlices | undefined {
  const starts = new Int32Array(rows);
  const ends = new Int32Array(rows);
  let count = 0;
  for (let start = from; count < rows && start < bytes.length;) {
    const newlineAt = bytes.indexOf(newline, start);
    if (newlineAt === -1 && !isLast) break;
    const end = newlineAt === -1 ? bytes.length : newlineAt;
    starts[count] = start;
    ends[count++] = end;
    start = end + 1;
  }
  if (count === 0 || (count < rows && !isLast)) return undefined;
  return { bytes, starts: starts.subarray(0, count), ends: ends.subarray(0, count), validity: undefined };
}
