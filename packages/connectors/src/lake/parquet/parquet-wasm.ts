import type { Fields } from '@millrace/core';
import { type RecordBatch, RecordBatchReader, tableToIPC } from 'apache-arrow';
import type * as ParquetWasm from 'parquet-wasm';
import type { FileBatch, FileBytes, ParquetCodec, ParquetFile } from './codec.js';
import { joinBatches } from './file-batch.js';
import { columnsOfArrow } from './from-arrow.js';
import type { Decompressors } from './pages/decompress.js';
import type { ArrowSchemaOf } from './pages/footer.js';
import { openPaged } from './pages/paged-file.js';
import { arrowTable } from './to-arrow.js';

// The library has two readers, and each lacks something. The asynchronous one reads only the columns that are asked for,
// but a broken page or a failing read ends the process: its panic surfaces in a microtask of nobody, and the promise never
// settles. The synchronous one reports broken pages, but needs the whole file and decodes all of it. So bytes that were
// checked go to the first, which never hears of a failing read, and all others to the second.

/** Rows of a row group: enough for a dictionary to pay off, few enough to hold two decoded per partition. */
const groupRows = 65_536;

/**
 * The codec on top of the package `parquet-wasm`: zstd, statistics per row group. It writes, and reads what is not read
 * page by page.
 */
export function parquetWasmCodec(wasm: typeof ParquetWasm, decompressors: Decompressors): ParquetCodec {
  return {
    limit: () => undefined,
    async write(fields, batches) {
      const batch = joinBatches(fields, batches);
      const table = wasm.Table.fromIPCStream(tableToIPC(arrowTable(fields, batch), 'stream'));
      return wasm.writeParquet(table, writerProperties(wasm, fields, batch));
    },
    open: (bytes) => openPaged(bytes, decompressors, arrowSchemaBy(wasm), () => openByLibrary(wasm, bytes)),
  };
}

/** The library's view of a file's columns. */
export function arrowSchemaBy(wasm: typeof ParquetWasm): ArrowSchemaOf {
  return (file) => wasm.readSchema(file).intoIPCStream();
}

/** A file that is read by the library alone. */
export function openByLibrary(wasm: typeof ParquetWasm, bytes: FileBytes): Promise<ParquetFile> {
  return bytes.checked ? openProjecting(wasm, bytes) : openWhole(wasm, bytes);
}

async function openProjecting(wasm: typeof ParquetWasm, bytes: FileBytes): Promise<ParquetFile> {
  const input = blobOf(bytes);
  const file = await input.orFailure(wasm.ParquetFile.fromFile(input.blob as unknown as Blob));
  const groups = file
    .metadata()
    .rowGroups()
    .map((group) => group.numRows());
  const present = new Set(schemaNames(file.schema().intoIPCStream()));
  return {
    groups,
    async read(group, fields) {
      const length = groups[group]!;
      const columns = Object.keys(fields).filter((name) => present.has(name));
      // Without a column to read there would be no batch, and so no length, to fill up with nulls.
      if (columns.length === 0) return columnsOfArrow(fields, length, undefined);
      const options = { rowGroups: [group], columns, batchSize: Math.max(length, 1) };
      const table = await input.orFailure(file.read(options));
      const batches = recordBatches(table.intoIPCStream());
      return joinBatches(
        fields,
        batches.map((batch) => columnsOfArrow(fields, batch.numRows, batch)),
      );
    },
    close() {
      // A call that waits for ever still borrows the file.
      if (!input.failed()) file.free();
    },
  };
}

async function openWhole(wasm: typeof ParquetWasm, bytes: FileBytes): Promise<ParquetFile> {
  const table = wasm.readParquet(await bytes.read(0, bytes.size), { batchSize: groupRows });
  const batches = recordBatches(table.intoIPCStream());
  return {
    groups: batches.map((batch) => batch.numRows),
    read: async (group, fields) => columnsOfArrow(fields, batches[group]!.numRows, batches[group]),
    close() {},
  };
}

// A stream without a batch is read as one of no rows, which lacks its columns.
function recordBatches(ipc: Uint8Array): RecordBatch[] {
  return [...RecordBatchReader.from(ipc)].filter((batch) => batch.numRows > 0);
}

function schemaNames(ipc: Uint8Array): string[] {
  return RecordBatchReader.from(ipc)
    .open()
    .schema.fields.map((field) => field.name);
}

interface BlobPart {
  readonly size: number;
  slice(start: number, end: number): BlobPart;
  arrayBuffer(): Promise<ArrayBuffer>;
}

interface BlobInput {
  /** The three members of a Blob that the library uses. */
  readonly blob: BlobPart;
  failed(): boolean;
  /** What the library gives, or the failure of a read: the library waits for ever for that read. */
  orFailure<T>(work: Promise<T>): Promise<T>;
}

function blobOf(bytes: FileBytes): BlobInput {
  let hasFailed = false;
  let fail: (error: Error) => void;
  const failure = new Promise<never>((_, reject) => {
    fail = (error) => {
      hasFailed = true;
      reject(error);
    };
  });
  // Nobody may be listening when the first read fails.
  failure.catch(() => undefined);
  const never = new Promise<never>(() => undefined);

  const part = (from: number, to: number): BlobPart => ({
    size: to - from,
    slice: (start, end) => part(from + start, from + end),
    arrayBuffer: async () => {
      try {
        const { buffer, byteOffset, byteLength } = await bytes.read(from, to);
        return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
      } catch (error) {
        fail(error as Error);
        return never;
      }
    },
  });
  return {
    blob: part(0, bytes.size),
    failed: () => hasFailed,
    orFailure: (work) => Promise.race([work, failure]),
  };
}

// A dictionary of ids or times costs room and mixes kinds of pages; columns that came as dictionaries have few values.
function writerProperties(wasm: typeof ParquetWasm, fields: Fields, batch: FileBatch): ParquetWasm.WriterProperties {
  let properties = new wasm.WriterPropertiesBuilder()
    .setCompression(wasm.Compression.ZSTD)
    .setMaxRowGroupSize(groupRows)
    .setStatisticsEnabled(wasm.EnabledStatistics.Chunk)
    .setDictionaryEnabled(false);
  for (const name of Object.keys(fields)) {
    if (batch.columns[name]!.layout !== 'dictionary') continue;
    properties = properties.setColumnDictionaryEnabled(name, true);
  }
  return properties.build();
}
