import { closeSync, openSync, readSync } from 'node:fs';
import type { BytesColumn } from '@millrace/core/connector';

const newline = 0x0a;
const readBytes = 8 * 1024 * 1024;

/** The lines of a file, without their ends, in blocks of `rows`; the last block may be shorter. */
export function* lineBlocks(path: string, rows: number): Generator<BytesColumn, void, undefined> {
  const file = openSync(path, 'r');
  try {
    let block = emptyBlock();
    // What was read of a line whose end was not.
    let rest = new Uint8Array(0);
    for (;;) {
      const chunk = new Uint8Array(rest.length + readBytes);
      chunk.set(rest);
      const read = readSync(file, chunk, rest.length, readBytes, null);
      if (read === 0) break;
      const bytes = chunk.subarray(0, rest.length + read);
      let start = 0;
      for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, start)) {
        block.lines.push(bytes.subarray(start, end));
        block.bytes += end - start;
        start = end + 1;
        if (block.lines.length === rows) {
          yield columnOfBlock(block);
          block = emptyBlock();
        }
      }
      rest = bytes.slice(start);
    }
    if (block.lines.length > 0) yield columnOfBlock(block);
  } finally {
    closeSync(file);
  }
}

interface Block {
  readonly lines: Uint8Array[];
  bytes: number;
}

function emptyBlock(): Block {
  return { lines: [], bytes: 0 };
}

function columnOfBlock({ lines, bytes }: Block): BytesColumn {
  const offsets = new Int32Array(lines.length + 1);
  const joined = new Uint8Array(bytes);
  for (const [row, line] of lines.entries()) {
    joined.set(line, offsets[row]);
    offsets[row + 1] = offsets[row]! + line.length;
  }
  return { layout: 'bytes', offsets, bytes: joined, validity: undefined };
}
