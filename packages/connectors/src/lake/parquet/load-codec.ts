import { loadPeer } from '@millrace/core/connector';
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
  const wasm = await loadPeer('parquet-wasm', 'A lake table', () => import('parquet-wasm'));
  const { parquetWasmCodec } = await import('./parquet-wasm.js');
  return parquetWasmCodec(wasm);
}
