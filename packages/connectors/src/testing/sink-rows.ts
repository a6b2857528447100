import { int32, schema, utf8, type Batch, type ColumnType, type Fields, type Schema } from '@millrace/core';
import { columnsOf, columnOf, type Mode, type SinkContext } from '@millrace/core/connector';

/** What the cases for sinks write: a name and a number. */
export const ContractRow: Schema<{
  readonly id: ColumnType<string, 'utf8', false>;
  readonly n: ColumnType<number, 'int32', false>;
}> = schema({ id: utf8, n: int32 });

/** A row with its event time in ms and the offset that breaks ties under it. */
export interface RankedRow {
  readonly time: number;
  readonly offset: number;
  readonly row: { readonly [field: string]: unknown };
}

/** Rows of `ContractRow`, ranked as they stand: `a`, `b` … each a minute after the one before. */
export function rowsNamed(...ids: readonly string[]): RankedRow[] {
  return ids.map((id, i) => ({ time: i * 60_000, offset: i, row: { id, n: i } }));
}

/** A batch of ranked rows; `selection` narrows it. */
export function batchOf(rows: readonly RankedRow[], fields: Fields = ContractRow.fields, selection?: number[]): Batch {
  return {
    length: rows.length,
    selection: selection === undefined ? undefined : Int32Array.from(selection),
    columns: columnsOf(
      fields,
      rows.map(({ row }) => row),
    ),
    time: Float64Array.from(rows, ({ time }) => time),
    order: [
      columnOf(utf8, new Array<string>(rows.length).fill('pins')),
      columnOf(int32, new Array<number>(rows.length).fill(0)),
      { layout: 'float64', values: Float64Array.from(rows, ({ offset }) => offset), validity: undefined },
    ],
    group: new Int32Array(rows.length),
    origin: undefined,
  };
}

/** A run's context, of lineage `L1` from its start unless told otherwise. */
export function contextOf(changes: Partial<SinkContext> = {}): SinkContext {
  const mode: Mode = 'append';
  return {
    schema: ContractRow,
    mode,
    output: 'popularity',
    job: 'contract',
    lineage: 'L1',
    restored: -1,
    epoch: (changes.restored ?? -1) + 1,
    publish: 'append',
    logger: { debug() {}, info() {}, warn() {}, error() {} },
    ...changes,
  };
}
