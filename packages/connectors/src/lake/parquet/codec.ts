import type { ColumnType, Fields } from '@millrace/core';
import type { Column } from '@millrace/core/connector';

/** Rows as columns, the way files hold them: no selection, no time. */
export interface FileBatch {
  readonly length: number;
  readonly columns: { readonly [name: string]: Column };
}

/** Where the bytes of a file come from. */
export interface FileBytes {
  readonly size: number;
  /**
   * Whether `read` gives the bytes that were written or fails. A codec may trust them with what it does not check itself;
   * others it has to treat as bytes of anyone.
   */
  readonly checked: boolean;
  read(start: number, end: number): Promise<Uint8Array>;
}

/** An open Parquet file. */
export interface ParquetFile {
  /** The number of rows of each row group. */
  readonly groups: readonly number[];
  /**
   * The given columns of one row group, by name and widened to the given types. A column that the file lacks is null.
   *
   * @throws FieldMismatch where a column can not be had as that type without a change of its values.
   */
  read(group: number, fields: Fields): Promise<FileBatch>;
  close(): void;
}

/**
 * Reads and writes Parquet. What it throws, `FieldMismatch` and `CodecLimit` aside, says that the bytes are no Parquet file; it knows no
 * file names, so that whoever opened the file says which one it is.
 */
export interface ParquetCodec {
  /** Why such a column can not be written, in the words of `CodecLimit`; undefined where it can. */
  limit(name: string, type: ColumnType): string | undefined;
  /** A file with the rows of all batches, in order; the fields may be null whatever their types say. */
  write(fields: Fields, batches: readonly FileBatch[]): Promise<Uint8Array>;
  open(bytes: FileBytes): Promise<ParquetFile>;
}

/** A column of a file that is not what the reader needs, nor something that widens to it. */
export class FieldMismatch extends Error {
  override readonly name = 'FieldMismatch';
  readonly field: string;
  readonly found: string;
  readonly wanted: ColumnType;

  constructor(field: string, found: string, wanted: ColumnType) {
    super(`column "${field}" is ${found}`);
    this.field = field;
    this.found = found;
    this.wanted = wanted;
  }
}

/** A file that is in order, and that this codec can not read. The message goes on after "which": "cannot read zstd". */
export class CodecLimit extends Error {
  override readonly name = 'CodecLimit';
}

/** The codecs, by the packages that they use. */
export type CodecName = 'parquet-wasm' | 'parquetjs-lite';

/**
 * A map of text to text or null, as files and the Delta log know it. Its column is a list of structs `{ key, value }`,
 * its values in rows are arrays of such.
 */
export interface MapType extends ColumnType {
  readonly map: true;
}

/** Whether a type is a map and not any list. */
export function isMap(type: ColumnType): type is MapType {
  return 'map' in type;
}
