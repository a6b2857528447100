import { millraceError } from '@millrace/core';
import type { ParquetCodec } from './codec.js';

let loading: Promise<ParquetCodec> | undefined;

/**
 * The Parquet codec, loaded when a table is first used.
 *
 * @throws MillraceError `MILLRACE_PEER_MISSING` where the optional package is not installed.
 */
export function loadParquetCodec(): Promise<ParquetCodec> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(): Promise<ParquetCodec> {
  const wasm = await installed(() => import('parquet-wasm'));
  const { parquetWasmCodec } = await import('./parquet-wasm.js');
  return parquetWasmCodec(wasm);
}

/** What `load` gives; where the package is not there, the sentence that says what to install. */
export async function installed<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw millraceError('MILLRACE_PEER_MISSING', { package: 'parquet-wasm', for: 'A lake table' }, { cause });
  }
}
