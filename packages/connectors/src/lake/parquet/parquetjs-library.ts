// What we use of the package `parquetjs-lite`, which brings no types.

/** A column as the library declares it: a leaf has a type, a group has fields. */
export interface Declaration {
  readonly type?: string;
  readonly optional?: boolean;
  readonly repeated?: boolean;
  readonly compression?: string;
  readonly statistics?: false;
  readonly fields?: Declarations;
}

export interface Declarations {
  readonly [name: string]: Declaration;
}

/** A column as the library knows it, of a schema of its own or of a file. */
export interface Node {
  readonly primitiveType?: string;
  originalType?: string | undefined;
  typeLength?: number;
  readonly path: readonly string[];
  readonly isNested?: boolean;
  readonly repetitionType: 'REQUIRED' | 'OPTIONAL' | 'REPEATED';
  readonly fields?: { readonly [name: string]: Node };
}

export interface Schema {
  readonly fields: { readonly [name: string]: Node };
  readonly fieldList: readonly Node[];
}

/** Rows as levels and values, by the path of a column, joined by commas. */
export interface RowBuffer {
  readonly columnData: { readonly [path: string]: { values: unknown[] } };
}

export interface ColumnChunk {
  readonly meta_data: {
    readonly codec: number;
    readonly encodings: readonly number[];
    readonly path_in_schema: readonly string[];
  };
}

export interface RowGroup {
  readonly num_rows: { valueOf(): number };
  readonly columns: readonly ColumnChunk[];
}

export interface SchemaElement {
  readonly name: string;
  readonly type: number | null;
  readonly converted_type: number | null;
}

export interface Metadata {
  version: number;
  readonly schema: readonly SchemaElement[];
  readonly row_groups: readonly RowGroup[];
}

interface EnvelopeReader {
  readHeader(): Promise<void>;
  readFooter(): Promise<Metadata>;
  readRowGroup(schema: Schema, group: RowGroup, leaves: readonly (readonly string[])[]): Promise<RowBuffer>;
}

interface EnvelopeWriter {
  writeHeader(): void;
  writeRowGroup(buffer: unknown): void;
  writeFooter(metadata: object): void;
}

interface RowWriter {
  readonly rowBuffer: RowBuffer;
  appendRow(row: object): Promise<void>;
  close(): Promise<void>;
}

export interface Library {
  ParquetSchema: new (declarations: Declarations) => Schema;
  ParquetEnvelopeReader: new (
    read: (offset: number, length: number) => Promise<Buffer>,
    close: () => void,
    size: number,
  ) => EnvelopeReader;
  ParquetReader: new (
    metadata: Metadata,
    envelope: EnvelopeReader,
    options: { readonly rawStatistics: true },
  ) => { readonly schema: Schema };
  ParquetEnvelopeWriter: new (
    schema: Schema,
    write: (bytes: Buffer) => void,
    close: () => void,
    offset: 0,
    options: { readonly pageSize: number; readonly useDataPageV2: false; readonly pageIndex: false },
  ) => EnvelopeWriter;
  ParquetWriter: new (schema: Schema, envelope: object, options: { readonly rowGroupSize: number }) => RowWriter;
  ParquetShredder: {
    materializeRecords(schema: Schema, buffer: RowBuffer): { readonly [name: string]: unknown }[];
  };
}
