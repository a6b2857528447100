import type { CodecName } from '../parquet/codec.js';
import { type MillraceError, millraceError, type ObjectStore } from '@millrace/core';

/** Where a table lies, and what it is called. */
export interface TableFolder {
  readonly store: ObjectStore;
  /** What the keys of the table's objects start with; ends with "/". */
  readonly prefix: string;
  /** For people: `lake table "pins" (folder ./lake)`. */
  readonly label: string;
  /** By what its files are written and read. Default: `parquet-wasm`. */
  readonly codec?: CodecName;
  /** The folders that it lies in: none of them may be a table's. */
  readonly outer?: () => Promise<readonly OuterFolder[]>;
}

/** A folder that a table lies in. */
export interface OuterFolder {
  readonly store: ObjectStore;
  /** What the keys of its objects start with: empty, or ends with "/". */
  readonly prefix: string;
  /** For people. */
  readonly location: string;
}

/** The key of a data file whose path the log gives. It is a URL there, so it is decoded, once and no more. */
export function fileKey(table: TableFolder, path: string): string {
  return table.prefix + decodeURIComponent(path);
}

/** The path of a data file as the log writes it. */
export function filePath(name: string): string {
  return name.split('/').map(encodeURIComponent).join('/');
}

/** Something of the table is not as it was written. */
export function unreadable(
  table: TableFolder,
  problem: string,
  fix = 'Restore the object from a copy; what it held can not be had otherwise.',
  cause?: unknown,
): MillraceError {
  return millraceError('MILLRACE_TABLE_UNREADABLE', { table: table.label, problem, fix }, { cause });
}

/** The table is another one than the program takes it for. */
export function foreign(table: TableFolder, problem: string, fix: string): MillraceError {
  return millraceError('MILLRACE_TABLE_FOREIGN', { table: table.label, problem, fix });
}
