import { bool, millraceError } from '@millrace/core';
import { columnOf } from '@millrace/core/connector';
import { mergeTables, takeTable, type Table } from './table.js';
import { writtenTables, type WrittenTables } from './written-tables.js';

// Early rows lie beside the tables of a view, in the process that runs the job, and in no store: nothing has to be removed
// after a crash, and no other process can take them for final ones.

/** The early rows of one view. */
export interface EarlyLayer {
  /** Makes it an owner's, and throws away what others have left: unless a later owner of the lineage has it. */
  own(lineage: string, epoch: number): EarlyOwner;
  /** The latest early row of each key, and whose they are: the same table as long as it is the same. */
  shown(): { readonly lineage: string; readonly table: Table } | undefined;
}

/** An owner's hand on the layer. Without effect once a later one has it. */
export interface EarlyOwner {
  write(table: Table): void;
  /** Throws away rows with a time below `watermark`. */
  settle(watermark: number): void;
  close(): void;
}

/** More showings than this are not kept side by side. */
const tablesMax = 64;

interface Held {
  readonly lineage: string;
  readonly epoch: number;
  written: WrittenTables;
}

/** The early rows of a view with this key; none yet. */
export function earlyLayer(key: readonly string[]): EarlyLayer {
  let held: Held | undefined;
  const merged = (of: Held): Table | undefined => {
    const tables = of.written.tables();
    if (tables.length < 2) return tables[0];
    const table = mergeTables(tables, key);
    keep(of, table);
    return table;
  };
  const keep = (of: Held, table: Table | undefined): void => {
    of.written = writtenTables(key);
    if (table !== undefined && table.length > 0) of.written.add(table);
  };
  return {
    own(lineage, epoch) {
      const own: Held = { lineage, epoch, written: writtenTables(key) };
      if (held?.lineage !== lineage || held.epoch <= epoch) held = own;
      return {
        write(table) {
          if (held !== own) return;
          own.written.add(table);
          // However long nobody reads and no checkpoint is made.
          if (own.written.tables().length > tablesMax) merged(own);
        },
        settle(watermark) {
          const table = held === own ? merged(own) : undefined;
          const { time } = table ?? {};
          if (table === undefined || time === undefined || time.every((each) => each >= watermark)) return;
          const rows = Int32Array.from(time.keys()).filter((row) => time[row]! >= watermark);
          keep(own, takeTable(table, rows));
        },
        // The owner stays noted: one that is older must not come back.
        close: () => keep(own, undefined),
      };
    },
    shown() {
      const table = held && merged(held);
      return table && { lineage: held!.lineage, table };
    },
  };
}

/** The name of the column that marks early rows. */
const mark = 'early';

/**
 * The rows of a view with early ones over them, marked in a column `early`: of a key the greater in (time, order), and the
 * final one where they are equal.
 */
export function withEarly(
  label: string,
  final: Table | undefined,
  early: Table | undefined,
  key: readonly string[],
): Table | undefined {
  const tables = [marked(label, early, true), marked(label, final, false)].filter((table) => table !== undefined);
  return tables.length === 0 ? undefined : mergeTables(tables, key);
}

function marked(label: string, table: Table | undefined, value: boolean): Table | undefined {
  if (table === undefined) return undefined;
  if (mark in table.fields) {
    const data = { operator: `${label}: rows({ early: true })`, field: mark, with: 'a field of its rows' };
    throw millraceError('MILLRACE_FIELD_COLLISION', data);
  }
  const column = columnOf(bool, new Array<boolean>(table.length).fill(value));
  return { ...table, fields: { ...table.fields, [mark]: bool }, columns: { ...table.columns, [mark]: column } };
}
