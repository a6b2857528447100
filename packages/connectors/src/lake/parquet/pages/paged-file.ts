import type { ColumnType, Fields } from '@millrace/core';
import type { Column } from '@millrace/core/connector';
import type { FileBytes, ParquetFile } from '../codec.js';
import { nullColumn } from '../file-batch.js';
import type { Decompress, Decompressors } from './decompress.js';
import { type ArrowSchemaOf, type ChunkPlace, type Footer, readFooter } from './footer.js';
import { type Leaf, type ReadChunk, readingOf } from './leaf.js';
import { listPages } from './page-list.js';
import { readRanges } from './ranges.js';
import { regrouped } from './regrouped.js';

/**
 * Opens a file of which the columns that can be are read page by page. All others, and the file where its footer is not
 * understood, are read by `openOther`: so this reads faster, and never something else.
 */
export async function openPaged(
  bytes: FileBytes,
  decompressors: Decompressors,
  arrowSchemaOf: ArrowSchemaOf,
  openOther: () => Promise<ParquetFile>,
): Promise<ParquetFile> {
  const footer = await readFooter(bytes, arrowSchemaOf).catch(() => undefined);
  if (footer === undefined) return openOther();
  const { groups } = footer;
  let other: Promise<ParquetFile> | undefined;
  return {
    groups,
    async read(group, fields) {
      const length = groups[group]!;
      const columns = await readColumns(bytes, footer, decompressors, group, fields);
      const others = Object.fromEntries(Object.entries(fields).filter(([name]) => !columns.has(name)));
      if (Object.keys(others).length > 0) {
        other ??= openOther().then((file) => regrouped(file, groups));
        const batch = await (await other).read(group, others);
        for (const name of Object.keys(others)) columns.set(name, batch.columns[name]!);
      }
      const inOrder = Object.keys(fields).map((name) => [name, columns.get(name)!] as const);
      return { length, columns: Object.fromEntries(inOrder) };
    },
    close() {
      other?.then(
        (file) => file.close(),
        // Whoever read has been told.
        () => undefined,
      );
    },
  };
}

/** The columns of a row group that can be read here. */
export async function readColumns(
  bytes: FileBytes,
  footer: Footer,
  decompressors: Decompressors,
  group: number,
  fields: Fields,
): Promise<Map<string, Column>> {
  const rows = footer.groups[group]!;
  const columns = new Map<string, Column>();
  const chunks: ReadableChunk[] = [];
  for (const [name, type] of Object.entries(fields)) {
    if (rows === 0 || !footer.columns.has(name)) columns.set(name, nullColumn(type, rows));
    else chunks.push(...readableChunk(bytes, footer, decompressors, group, name, type));
  }
  const parts = await readRanges(bytes, chunks.map(({ place }) => place)); // prettier-ignore
  chunks.forEach(({ name, read, leaf, decompress }, at) => {
    const optional = leaf.element.repetition_type === 'OPTIONAL';
    try {
      columns.set(name, read({ rows, optional, decompress, pages: listPages(parts[at]!, rows) }));
    } catch {
      // Pages of another kind than is known here, or broken ones: whoever reads it instead says which.
    }
  });
  return columns;
}

interface ReadableChunk {
  readonly name: string;
  readonly leaf: Leaf;
  readonly place: ChunkPlace;
  readonly decompress: Decompress;
  readonly read: ReadChunk;
}

/** A column of a row group, where it can be read here. */
function readableChunk(
  bytes: FileBytes,
  footer: Footer,
  decompressors: Decompressors,
  group: number,
  name: string,
  type: ColumnType,
): ReadableChunk[] {
  const leaf = footer.columns.get(name);
  const place = leaf && footer.chunkOf(group, leaf);
  if (leaf === undefined || place === undefined) return [];
  const read = readingOf(leaf, type);
  const decompress = decompressors(place.codec, bytes.checked);
  return read === undefined || decompress === undefined ? [] : [{ name, leaf, place, decompress, read }];
}
