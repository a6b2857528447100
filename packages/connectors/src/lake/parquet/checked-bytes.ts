import { crc32 } from 'node:zlib';
import type { FileBytes } from './codec.js';

// Parquet has no checksum that writers fill in, so a flipped bit reads as another value, or worse (`parquet-wasm.ts`). A table
// keeps a CRC-32 of every block of a file beside its name in the log; ranges are read by whole blocks and checked.

const blockBytes = 128 * 1024;

/** The checksums of a file's blocks, as base64 of little-endian words. */
export function blockSums(bytes: Uint8Array): string {
  const sums = new DataView(new ArrayBuffer(4 * Math.ceil(bytes.length / blockBytes)));
  for (let at = 0, block = 0; at < bytes.length; at += blockBytes, block++) {
    sums.setUint32(4 * block, crc32(bytes.subarray(at, at + blockBytes)), true);
  }
  return Buffer.from(sums.buffer).toString('base64');
}

/**
 * A file whose ranges are checked against `sums` as they are read. `fetch` reads the bytes from where they are kept.
 *
 * @throws Error from `read`, where a block is not what was written.
 */
export function checkedBytes(size: number, sums: string, fetch: FileBytes['read']): FileBytes {
  const words = Buffer.from(sums, 'base64');
  // The footer is read in several small steps, and the last block holds it: it is fetched once.
  const lastBlock = Math.max(0, Math.ceil(size / blockBytes) - 1);
  let tail: Promise<Uint8Array> | undefined;

  async function blocks(first: number, last: number): Promise<Uint8Array> {
    const start = first * blockBytes;
    const bytes = await fetch(start, Math.min(size, (last + 1) * blockBytes));
    for (let block = first; block <= last; block++) {
      const at = (block - first) * blockBytes;
      if (crc32(bytes.subarray(at, at + blockBytes)) !== words.readUInt32LE(4 * block)) {
        throw new Error(`the bytes from ${start + at} on are not those that were written`);
      }
    }
    return bytes;
  }

  return {
    size,
    checked: true,
    async read(start, end) {
      const first = Math.floor(start / blockBytes);
      const last = Math.max(first, Math.ceil(end / blockBytes) - 1);
      const bytes = first === lastBlock ? await (tail ??= blocks(lastBlock, lastBlock)) : await blocks(first, last);
      return bytes.subarray(start - first * blockBytes, end - first * blockBytes);
    },
  };
}

/** A file whose bytes nobody vouches for. */
export function uncheckedBytes(bytes: Uint8Array): FileBytes {
  return { size: bytes.length, checked: false, read: async (start, end) => bytes.subarray(start, end) };
}
