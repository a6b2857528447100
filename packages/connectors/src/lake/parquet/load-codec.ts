import { loadPeer } from '@millrace/core/connector';
import type { CodecName, ParquetCodec } from './codec.js';
import type { Library } from './parquetjs-library.js';

const loading = new Map<CodecName, Promise<ParquetCodec>>();

/**
 * A Parquet codec, loaded when a table is first used.
 *
 * @throws MillraceError `MILLRACE_PEER_MISSING` where the optional package is not installed.
 */
export function loadParquetCodec(name: CodecName = 'parquet-wasm'): Promise<ParquetCodec> {
  const known = loading.get(name);
  if (known !== undefined) return known;
  const codec = loaders[name]().catch((error: unknown) => {
    loading.delete(name);
    throw error;
  });
  loading.set(name, codec);
  return codec;
}

const loaders: { readonly [N in CodecName]: () => Promise<ParquetCodec> } = {
  async 'parquet-wasm'() {
    const wasm = await loadPeer('parquet-wasm', 'A lake table', () => import('parquet-wasm'));
    const [{ parquetWasmCodec }, { loadDecompressors }] = await Promise.all([
      import('./parquet-wasm.js'),
      import('./pages/decompress.js'),
    ]);
    return parquetWasmCodec(wasm, await loadDecompressors());
  },
  async 'parquetjs-lite'() {
    const { default: library } = await loadPeer('parquetjs-lite', "A lake of codec 'parquetjs-lite'", importParquetJs);
    const { parquetJsCodec } = await import('./parquetjs-lite.js');
    return parquetJsCodec(library);
  },
};

function importParquetJs(): Promise<{ readonly default: Library }> {
  // @ts-expect-error The package brings no types.
  return import('parquetjs-lite') as Promise<{ readonly default: Library }>;
}
