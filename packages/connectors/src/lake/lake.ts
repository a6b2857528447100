import { checkKey, having, need, optional, optionsOf, requireArguments, type Need } from '@millrace/core/connector';
import type { Fields, ObjectStore, Schema } from '@millrace/core';
import type { S3Options } from '../s3/index.js';
import { type ArchiveTable, archiveTable, type ArchiveTableOptions } from './archive/archive-table.js';
import { type DerivedTable, derivedTable } from './derived/derived-table.js';
import type { CodecName } from './parquet/codec.js';
import { loadParquetCodec } from './parquet/load-codec.js';
import { lakeRoot } from './root.js';
import type { TablePlace } from './table-place.js';

/** Where a lake lies. */
export interface LakeOptions {
  /** A folder (as a path or a `file:` URL), a place in a bucket (`s3://bucket/prefix`) or an object store. */
  readonly root: string | ObjectStore;
  /** How the bucket is reached, where `root` is one. Default: as the environment says. */
  readonly s3?: S3Options;
  /**
   * The package that Parquet files are written and read by. `parquet-wasm` (default): zstd, dictionaries, statistics.
   * `parquetjs-lite`: JavaScript alone, where no WebAssembly may run; slower, snappy, and neither decimals nor zstd nor
   * dictionaries, so it reads what it has written itself.
   */
  readonly codec?: CodecName;
}

/** Tables of Parquet files with a Delta log. */
export interface Lake {
  /** The archive of a topic: `archive({ to })` fills it, and as a source it replays the topic. */
  table<F extends Fields>(name: string, schema: Schema<F>, options?: ArchiveTableOptions<F>): ArchiveTable<F>;
  /** A table of results: a sink for an append flow, exactly once. Its columns are those of the flow. */
  table(name: string): DerivedTable;
}

/**
 * A lake: tables that any reader of Delta (DuckDB, Spark, Trino, Polars, delta-rs) can read, and that replay the topics
 * they were archived from.
 *
 * Nothing is read or made before a job runs. Writers need no lock: every commit is one conditional write. Late records
 * and nulls are rows like all others. Times in files are microseconds UTC.
 *
 * @throws MillraceError `MILLRACE_OPTION_INVALID` where the root or a name cannot be one; from jobs:
 * `MILLRACE_TABLE_FOREIGN`, `MILLRACE_TABLE_UNREADABLE`, `MILLRACE_TABLE_GAP`, `MILLRACE_PEER_MISSING` where
 * `parquet-wasm`, or `@aws-sdk/client-s3` for a bucket, is not installed; `MILLRACE_STORE_REFUSED` and
 * `MILLRACE_SERVER_FAILED` where a bucket cannot be used.
 * @example
 * ```ts
 * import { memoryStore, schema, utf8 } from '@millrace/core';
 * import { lake } from '@millrace/connectors/lake';
 *
 * const Pin = schema({ id: utf8, category: utf8 });
 * const tables = lake({ root: memoryStore() }); // or root: './lake', or root: 's3://bucket/lake'
 * const pins = tables.table('pins', Pin); // sources: { live: topic, replay: pins }
 * const popularity = tables.table('popularity'); // sinks: { popularity }
 * console.log(pins.label); // lake table "pins" (memory)
 * ```
 */
export function lake(given: LakeOptions): Lake {
  requireArguments('lake', "lake({ root: './lake' })", [['options', given, optionsOf('root', 's3', 'codec')]]);
  const { root, s3: options, codec = 'parquet-wasm' } = given;
  requireArguments('lake', "lake({ root: './lake' })", [
    ['root', root, folderOrStore],
    ['s3', options, optional(need.options)],
    ['codec', codec, codecName],
  ]);
  const { location, identity, open, outer } = lakeRoot(root, options);
  const place = (name: string): TablePlace => {
    checkKey(location, `${name}/_delta_log`);
    const label = `lake table "${name}" (${location})`;
    return {
      name,
      label,
      identity: [identity, name],
      // The codec first: where it is not installed, that is told before a record is read.
      folder: async () => {
        await loadParquetCodec(codec);
        return { store: await open(), prefix: `${name}/`, label, codec, outer: () => outer(name) };
      },
    };
  };
  return {
    table: ((name: string, schema?: Schema, tableOptions: ArchiveTableOptions<Fields> = {}) => {
      requireArguments('table', "table('pins', Pin), or table('popularity') for results", [
        ['name', name, need.text],
        ['schema', schema, optional(having('a schema', 'fields'))],
        ['options', tableOptions, optionsOf('keyedBy')],
      ]);
      return schema === undefined ? derivedTable(place(name)) : archiveTable(place(name), schema, tableOptions);
    }) as Lake['table'],
  };
}

const codecName: Need = {
  text: "'parquet-wasm' or 'parquetjs-lite'",
  accepts: (value) => value === 'parquet-wasm' || value === 'parquetjs-lite',
};
const objectStore = having('a folder, or an object store', 'get', 'put', 'create', 'list', 'delete');
const folderOrStore: Need = {
  text: objectStore.text,
  accepts: (value) => typeof value === 'string' || objectStore.accepts(value),
};
