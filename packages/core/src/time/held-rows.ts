import { rowCount, type Batch } from '../batch/batch.js';
import type { Column, Float64Column, Int32Column } from '../batch/column.js';
import { columnOf } from '../batch/build.js';
import { compareOrder } from '../batch/compare.js';
import { grown } from '../batch/grow.js';
import { millraceError } from '../error/millrace-error.js';
import { int32, nullable, timestamp, type ColumnType, type Fields } from '../schema/column-type.js';
import type { StateTable } from '../state/table.js';
import { arrange, heldChunk, loosen, type HeldChunk } from './held-chunk.js';
import { gathered, type Release, type ReleasedPart } from './release.js';
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

// Used within one release only: the rows that are taken out, chunk after chunk.
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
      const batches = due.map(({ batch }) => batch);
      const ends = takeBelow(due, time);
      chunks = chunks.filter((chunk) => chunk.rows.length > 0);
      const count = ends.at(-1)!;
      const sorted = sortedByTime(times, count);
      if (!inOrder) {
        const orderOf = (taken: number): Batch['order'] => batches[ends.findIndex((end) => taken < end)]!.order;
        sortTies(times, sorted, (a, b) => compareOrder(orderOf(a), rowOf[a]!, orderOf(b), rowOf[b]!));
      }
      const parts = partsOf(batches, ends, rowOf.slice(0, count), placesOf(sorted));
      // What is one run of one batch already needs no copy.
      if (batches.length === 1 && sorted.every((row, i) => row === i)) {
        return { batch: { ...batches[0]!, selection: parts[0]!.rows }, parts: [{ ...parts[0]!, at: parts[0]!.rows }] };
      }
      return { batch: gathered(parts, moved, count), parts };
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
  let count = 0;
  const parts = chunks.map(({ batch, rows }) => {
    const from = count;
    count += rows.length;
    return { batch, rows, at: rows.map((_, i) => from + i) };
  });
  return gathered(parts, names, count);
}

// Moves rows below `time` out of the chunks, into `rowOf` and `times`. Returns where those of each chunk end.
function takeBelow(chunks: readonly HeldChunk[], time: number): readonly number[] {
  const most = chunks.reduce((sum, chunk) => sum + chunk.rows.length, 0);
  rowOf = grown(rowOf, most);
  times = grown(times, most);
  let taken = 0;
  return chunks.map((chunk) => {
    const { rows } = chunk;
    const rowTimes = chunk.batch.time!;
    const rest = chunk.latest < time ? rows.subarray(0, 0) : new Int32Array(rows.length);
    let left = 0;
    let earliest = Infinity;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      const each = rowTimes[row]!;
      if (each < time) {
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
    return taken;
  });
}

// Where the rows that were taken come to.
function placesOf(sorted: Int32Array): Int32Array {
  const places = new Int32Array(sorted.length);
  for (let i = 0; i < sorted.length; i++) places[sorted[i]!] = i;
  return places;
}

function partsOf(batches: readonly Batch[], ends: readonly number[], rows: Int32Array, at: Int32Array): ReleasedPart[] {
  return batches.map((batch, chunk) => {
    const from = chunk === 0 ? 0 : ends[chunk - 1]!;
    return { batch, rows: rows.subarray(from, ends[chunk]), at: at.subarray(from, ends[chunk]) };
  });
}
