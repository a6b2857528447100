import { rowCount, type Batch } from '../batch/batch.js';
import type { Column, Float64Column, Int32Column } from '../batch/column.js';
import { columnOf } from '../batch/build.js';
import { compareOrder } from '../batch/compare.js';
import { grown } from '../batch/grow.js';
import { millraceError } from '../error/millrace-error.js';
import { int32, nullable, timestamp, type ColumnType, type Fields } from '../schema/column-type.js';
import type { StateTable } from '../state/table.js';
import { arrange, heldChunk, loosen, type HeldChunk } from './held-chunk.js';
import { gathered, partsOf, placesOf, type Release } from './release.js';
import { sortedByTime, sortTies } from './sort-rows.js';

/**
 * Rows that wait for the watermark. Batches are kept as they came, with the rows of them that still wait; a release
 * copies each row once, into its place.
 */
export interface HeldRows {
  /** How many rows wait. */
  readonly rows: number;
  /** About how much memory they take. */
  readonly bytes: number;
  /** Takes the selected rows of a batch with event time. */
  add(batch: Batch): void;
  /** The rows with a time below `time`; undefined where there is none. */
  release(time: number): Release | undefined;
  /** All rows, as a table: `row.<field>`, `time`, `order.<i>`, `group`. */
  snapshot(): StateTable;
  /** Takes rows back. */
  restore(table: StateTable): void;
}

/** What kind of rows wait, and which of their columns somebody needs. */
export interface HeldRowsOptions {
  readonly fields: Fields;
  readonly order: readonly ColumnType[];
  readonly columns: ReadonlySet<string>;
  /** Columns that are looked at in the parts of a release only: they need not be moved into its batch. */
  readonly unmoved?: ReadonlySet<string>;
}

// Used within one release only.
let chunkOf = new Int32Array(0);
let rowOf = new Int32Array(0);
let times = new Float64Array(0);

/** Holds rows of one kind; at first none. */
export function heldRows({ fields, order, columns, unmoved }: HeldRowsOptions): HeldRows {
  const names = Object.keys(fields).filter((name) => columns.has(name));
  const moved = names.filter((name) => unmoved?.has(name) !== true);
  let chunks: HeldChunk[] = [];

  function add(batch: Batch): void {
    if (rowCount(batch) > 0) chunks.push(heldChunk(narrowed(batch, names)));
  }

  return {
    get rows() {
      return chunks.reduce((sum, chunk) => sum + chunk.rows.length, 0);
    },
    get bytes() {
      return chunks.reduce((sum, chunk) => sum + chunk.rows.length * chunk.bytesPerRow, 0);
    },
    add,
    release(time) {
      const due = chunks.filter((chunk) => chunk.earliest < time);
      if (due.length === 0) return undefined;
      const inOrder = arrange(due);
      const released = due.map(({ batch }) => batch);
      const count = takeBelow(due, time);
      chunks = chunks.filter((chunk) => chunk.rows.length > 0);
      const sorted = sortedByTime(times, count);
      if (!inOrder) {
        sortTies(times, sorted, (a, b) =>
          compareOrder(released[chunkOf[a]!]!.order, rowOf[a]!, released[chunkOf[b]!]!.order, rowOf[b]!),
        );
      }
      // What is one run of one batch already needs no copy.
      if (released.length === 1 && sorted.every((row, i) => row === i)) {
        const batch = released[0]!;
        const rows = rowOf.slice(0, count);
        return { batch: { ...batch, selection: rows }, parts: () => [{ batch, rows, at: rows }] };
      }
      const places = placesOf(sorted, chunkOf, rowOf);
      return { batch: gathered(released, places, moved), parts: () => partsOf(released, places, sorted) };
    },
    snapshot() {
      const all = chunks.length === 0 ? undefined : copied(chunks, names);
      const table = tableFields(fields, order, names);
      const columnsOf = (batch: Batch): readonly Column[] => [
        ...names.map((name) => batch.columns[name]!),
        { layout: 'float64', values: batch.time!, validity: undefined },
        ...batch.order,
        { layout: 'int32', values: batch.group, validity: undefined },
      ];
      const stored = all === undefined ? Object.values(table).map((type) => columnOf(type, [])) : columnsOf(all);
      const entries = Object.keys(table).map((name, i) => [name, stored[i]!]);
      return { fields: table, length: all?.length ?? 0, columns: Object.fromEntries(entries) as StateTable['columns'] };
    },
    restore({ length, columns: stored }) {
      if (length === 0) return;
      const lost = names.find((name) => stored[`row.${name}`] === undefined);
      if (lost !== undefined) {
        const problem = `they lack the column "${lost}", which the graph did not need before`;
        throw millraceError('MILLRACE_CHECKPOINT_UNREADABLE', { object: 'of held rows', problem });
      }
      add({
        length,
        selection: undefined,
        columns: Object.fromEntries(names.map((name) => [name, stored[`row.${name}`]!])),
        time: (stored['time'] as Float64Column).values,
        order: order.map((_, i) => stored[`order.${i}`]!),
        group: (stored['group'] as Int32Column).values,
        origin: undefined,
      });
    },
  };
}

function tableFields(fields: Fields, order: readonly ColumnType[], names: readonly string[]): Fields {
  return {
    ...Object.fromEntries(names.map((name) => [`row.${name}`, fields[name]!])),
    time: timestamp,
    ...Object.fromEntries(order.map((type, i) => [`order.${i}`, nullable(type)])),
    group: int32,
  };
}

function narrowed(batch: Batch, names: readonly string[]): Batch {
  const columns = Object.fromEntries(names.map((name) => [name, batch.columns[name]!]));
  return { ...batch, columns, origin: undefined };
}

function copied(chunks: readonly HeldChunk[], names: readonly string[]): Batch {
  const count = readyScratch(chunks);
  let at = 0;
  chunks.forEach(({ batch, rows }, chunk) => {
    for (let i = 0; i < rows.length; i++, at++) {
      chunkOf[at] = chunk;
      rowOf[at] = rows[i]!;
      times[at] = batch.time![rows[i]!]!;
    }
  });
  const batches = chunks.map(({ batch }) => batch);
  const all = Int32Array.from({ length: count }, (_, i) => i);
  return gathered(batches, placesOf(all, chunkOf, rowOf), names);
}

function readyScratch(chunks: readonly HeldChunk[]): number {
  const rows = chunks.reduce((sum, chunk) => sum + chunk.rows.length, 0);
  chunkOf = grown(chunkOf, rows);
  rowOf = grown(rowOf, rows);
  times = grown(times, rows);
  return rows;
}

// Moves rows below `time` out of the chunks, into `chunkOf`, `rowOf` and `times`. Returns how many there are.
function takeBelow(chunks: readonly HeldChunk[], time: number): number {
  readyScratch(chunks);
  let taken = 0;
  for (let at = 0; at < chunks.length; at++) {
    const chunk = chunks[at]!;
    const { rows } = chunk;
    const rowTimes = chunk.batch.time!;
    const rest = chunk.latest < time ? rows.subarray(0, 0) : new Int32Array(rows.length);
    let left = 0;
    let earliest = Infinity;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      const each = rowTimes[row]!;
      if (each < time) {
        chunkOf[taken] = at;
        rowOf[taken] = row;
        times[taken++] = each;
      } else {
        rest[left++] = row;
        if (each < earliest) earliest = each;
      }
    }
    chunk.rows = rest.subarray(0, left);
    chunk.earliest = earliest;
    loosen(chunk);
  }
  return taken;
}
