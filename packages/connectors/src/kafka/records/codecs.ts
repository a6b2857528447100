import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import { loadPeer } from '@millrace/core/connector';
import { millraceError } from '@millrace/core';
import type { Compression } from '../options.js';
import { isXerial, unframed } from './xerial.js';

// The codecs of record batches, by their number in a batch. gzip is Node's own; zstd too, where Node is new enough.

/** A codec: both ways may be called at once. */
export interface Codec {
  compress(bytes: Uint8Array): Promise<Buffer>;
  decompress(bytes: Buffer): Promise<Buffer>;
}

/** Names of codecs, at the place of their number. */
export const codecNames: readonly Compression[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

/** A batch that unpacks to more than this is refused: nothing that was written by a sane producer is so large. */
const unpackedMax = 256 * 1024 * 1024;

const loaded = new Map<Compression, Promise<Codec>>();

/** The codec of that name, with its package loaded when it is first met. */
export function codecOf(name: Compression): Promise<Codec> {
  const loading = loaded.get(name) ?? load(name);
  loaded.set(name, loading);
  loading.catch(() => loaded.delete(name));
  return loading;
}

async function load(name: Compression): Promise<Codec> {
  if (name === 'gzip') return gzip();
  if (name === 'snappy') return snappy();
  if (name === 'lz4') return lz4();
  if (name === 'zstd') return zstd();
  throw millraceError('MILLRACE_INTERNAL', { problem: `there is no codec "${name}"` });
}

function gzip(): Codec {
  const pack = promisify<zlib.InputType, Buffer>(zlib.gzip);
  const unpack = promisify<zlib.InputType, zlib.ZlibOptions, Buffer>(zlib.gunzip);
  return { compress: (bytes) => pack(bytes), decompress: (bytes) => unpack(bytes, { maxOutputLength: unpackedMax }) };
}

async function snappy(): Promise<Codec> {
  const module = await loadPeer('snappy', 'A Kafka record compressed with snappy', () => import('snappy'));
  const unpack = (bytes: Buffer): Buffer => module.uncompressSync(bytes, { asBuffer: true }) as Buffer;
  return {
    compress: async (bytes) => module.compressSync(Buffer.from(bytes)),
    // Java's producers put blocks into a frame; others write one block as it is.
    decompress: async (bytes) => (isXerial(bytes) ? Buffer.concat(unframed(bytes).map(unpack)) : unpack(bytes)),
  };
}

async function lz4(): Promise<Codec> {
  const module = await loadPeer('lz4-napi', 'A Kafka record compressed with lz4', () => import('lz4-napi'));
  return {
    compress: async (bytes) => module.compressFrameSync(Buffer.from(bytes)),
    decompress: async (bytes) => module.decompressFrameSync(bytes),
  };
}

/** Node's zstd, from 22.15 on. */
interface NodeZstd {
  readonly zstdCompress?: (bytes: Uint8Array, done: (error: Error | null, out: Buffer) => void) => void;
  readonly zstdDecompress?: (
    bytes: Uint8Array,
    options: { maxOutputLength: number },
    done: (error: Error | null, out: Buffer) => void,
  ) => void;
}

async function zstd(): Promise<Codec> {
  const { zstdCompress, zstdDecompress } = zlib as NodeZstd;
  if (zstdCompress !== undefined && zstdDecompress !== undefined) {
    const pack = promisify(zstdCompress);
    const unpack = promisify(zstdDecompress);
    return { compress: (bytes) => pack(bytes), decompress: (bytes) => unpack(bytes, { maxOutputLength: unpackedMax }) };
  }
  const module = await loadPeer(
    '@mongodb-js/zstd',
    'A Kafka record compressed with zstd',
    () => import('@mongodb-js/zstd'),
  );
  return {
    compress: (bytes) => module.compress(Buffer.from(bytes)),
    decompress: (bytes) => module.decompress(bytes),
  };
}
