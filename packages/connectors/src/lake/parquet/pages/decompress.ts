import * as zlib from 'node:zlib';
import type { CompressionCodec } from 'hyparquet';
import { unreadablePage } from './stretch.js';

/** Gives `size` bytes out of a compressed page, or fails. */
export type Decompress = (page: Uint8Array, size: number) => Uint8Array;

/** What pages are decompressed with, by the name that the footer gives it; what is missing is not read here. */
export type Decompressors = (codec: CompressionCodec, checked: boolean) => Decompress | undefined;

/** Larger pages are left to others: they come from writers that nobody knows, or from a broken header. */
const largestPage = 64 * 1024 * 1024;

/** Loads the decompressors, which are WebAssembly of 4 kB and 70 kB. */
export async function loadDecompressors(): Promise<Decompressors> {
  const { snappyUncompressor } = await import('hysnappy');
  const zstd = sized(await portableZstd());
  const anyone: { readonly [codec in CompressionCodec]?: Decompress } = {
    UNCOMPRESSED: sized((page) => page),
    SNAPPY: sized(strictSnappy(snappyUncompressor())),
    ZSTD: zstd,
  };
  const native = nativeZstd();
  const checkedZstd = native === undefined ? zstd : sized(native);
  return (codec, checked) => (codec === 'ZSTD' && checked ? checkedZstd : anyone[codec]);
}

/** Checks both sizes, so that a decompressor sees no size that it could choke on. */
function sized(decompress: Decompress): Decompress {
  return (page, size) => {
    if (size === 0) return new Uint8Array(0);
    if (size < 0 || size > largestPage || page.length > largestPage) throw unreadablePage(`${size} bytes`);
    const bytes = decompress(page, size);
    if (bytes.length !== size) throw unreadablePage(`${bytes.length} bytes where ${size} belong`);
    return bytes;
  };
}

// The library fills up what it lacks, where the block says of itself that it is shorter.
function strictSnappy(uncompress: Decompress): Decompress {
  return (page, size) => {
    let length = 0;
    for (let at = 0, scale = 1; ; at++, scale *= 128) {
      const byte = page[at] ?? 0;
      length += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
    }
    if (length !== size) throw unreadablePage(`${length} bytes of snappy where ${size} belong`);
    return uncompress(page, size);
  };
}

type ZlibDecompress = (page: Uint8Array, options: { readonly maxOutputLength: number; readonly chunkSize: number }) => Uint8Array; // prettier-ignore

// Node has it from 22.15 on. Of a broken frame it gives bytes of anything, so it is for those that are known to be whole.
function nativeZstd(): Decompress | undefined {
  const { zstdDecompressSync: native } = zlib as { readonly zstdDecompressSync?: ZlibDecompress };
  if (native === undefined) return undefined;
  return (page, size) => native(page, { maxOutputLength: size, chunkSize: Math.max(size, 64) });
}

// Frames need not say how long they are, so the size of the page is given.
async function portableZstd(): Promise<Decompress> {
  const { ZSTDDecoder } = await import('zstddec');
  const decoder = new ZSTDDecoder();
  await decoder.init();
  return (page, size) => decoder.decode(page, size);
}
