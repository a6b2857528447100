import { type Fields, millraceError, typeText } from '@millrace/core';
import { isMillraceError } from '@millrace/core';
import { blockSums, checkedBytes, uncheckedBytes } from './parquet/checked-bytes.js';
import { CodecLimit, FieldMismatch, type FileBatch, type FileBytes, type ParquetFile } from './parquet/codec.js';
import { loadParquetCodec } from './parquet/load-codec.js';
import type { AddFile, TextMap } from './delta/actions.js';
import { fileStats } from './delta/stats.js';
import { fileKey, filePath, type TableFolder, unreadable } from './delta/table-folder.js';

/** The tag that holds the checksums of a file's blocks. */
const sumsTag = 'millrace.crc32';

/**
 * Writes a data file. It is durable when this resolves, and nobody sees it before a commit adds it.
 *
 * @param name of the file in the table's folder; must be new.
 */
export async function writeDataFile(
  table: TableFolder,
  name: string,
  fields: Fields,
  batches: readonly FileBatch[],
  tags: TextMap,
): Promise<AddFile> {
  await checkWritable(table, fields);
  const codec = await loadParquetCodec(table.codec);
  const bytes = await codec.write(fields, batches);
  await table.store.put(table.prefix + name, bytes);
  return {
    path: filePath(name),
    partitionValues: {},
    size: bytes.length,
    modificationTime: Date.now(),
    dataChange: true,
    stats: fileStats(fields, batches),
    tags: { ...tags, [sumsTag]: blockSums(bytes) },
  };
}

/**
 * Opens a data file of the table.
 *
 * @throws MillraceError `MILLRACE_TABLE_UNREADABLE`, also from `read`, naming the file: it is gone, cut off or damaged, or
 * a column of it is of another type.
 */
export async function openDataFile(table: TableFolder, file: AddFile): Promise<ParquetFile> {
  const opened = await naming(table, file, async () => {
    const codec = await loadParquetCodec(table.codec);
    return codec.open(await fileBytes(table, file));
  });
  return {
    groups: opened.groups,
    read: (group, fields) => naming(table, file, () => opened.read(group, fields)),
    close: () => opened.close(),
  };
}

/**
 * Refuses columns that the table's codec can not write.
 *
 * @throws MillraceError `MILLRACE_OPTION_INVALID`.
 */
export async function checkWritable(table: TableFolder, fields: Fields): Promise<void> {
  const codec = await loadParquetCodec(table.codec);
  for (const [name, type] of Object.entries(fields)) {
    const limit = codec.limit(name, type);
    if (limit === undefined) continue;
    throw millraceError('MILLRACE_OPTION_INVALID', {
      subject: table.label,
      option: 'codec',
      problem: `is '${String(table.codec)}', which ${limit}, and its column "${name}" is ${typeText(type)}`,
      fix: 'Leave codec out, which takes parquet-wasm, or declare the field as another type.',
    });
  }
}

/** Checks that a file is there and whole, by its size: `size` is what the store says of it. */
export function checkPresent(table: TableFolder, file: AddFile, size: number | undefined): void {
  if (size === undefined) {
    const problem = `its file ${file.path} is gone, though the log still has it`;
    throw unreadable(table, problem, 'Restore the file; vacuum no version that is still read.');
  }
  if (size !== file.size) {
    throw unreadable(table, `its file ${file.path} has ${size} bytes and not the ${file.size} that were written`);
  }
}

async function fileBytes(table: TableFolder, file: AddFile): Promise<FileBytes> {
  const key = fileKey(table, file.path);
  checkPresent(table, file, await table.store.size(key));
  const sums = file.tags?.[sumsTag];
  if (sums !== undefined) {
    return checkedBytes(file.size, sums, (start, end) => table.store.getRange(key, start, end));
  }
  return uncheckedBytes(await table.store.getRange(key, 0, file.size));
}

async function naming<T>(table: TableFolder, file: AddFile, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isMillraceError(error)) throw error;
    if (error instanceof FieldMismatch) {
      const problem = `column "${error.field}" is ${error.found} in its file ${file.path}, and ${typeText(error.wanted)} is asked for`;
      throw unreadable(table, problem, 'Read it with the schema that it was written with.', error);
    }
    if (error instanceof CodecLimit) {
      const problem = `the codec '${String(table.codec)}' ${error.message}, which its file ${file.path} holds`;
      throw unreadable(table, problem, 'Leave codec out, which takes parquet-wasm.', error);
    }
    throw unreadable(table, `its file ${file.path} is damaged`, undefined, error);
  }
}
