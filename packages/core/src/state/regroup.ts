import { gatherColumn } from '../batch/gather.js';
import type { Column, Int32Column } from '../batch/column.js';
import type { StateTable, StateTables } from './table.js';

/** The rows of all tasks' tables whose group belongs to `task` of `tasks`, in the order of `parts`. */
export function regroup(parts: readonly StateTables[], task: number, tasks: number): StateTables {
  const names = new Set(parts.flatMap((part) => Object.keys(part)));
  return Object.fromEntries([...names].map((name) => [name, regroupTable(tablesOf(parts, name), task, tasks)]));
}

function tablesOf(parts: readonly StateTables[], name: string): readonly StateTable[] {
  return parts.flatMap((part) => part[name] ?? []);
}

function regroupTable(tables: readonly StateTable[], task: number, tasks: number): StateTable {
  const chunkOf: number[] = [];
  const rowOf: number[] = [];
  tables.forEach((table, chunk) => {
    const group = (table.columns['group'] as Int32Column).values;
    for (let row = 0; row < table.length; row++) {
      if (group[row]! % tasks !== task) continue;
      chunkOf.push(chunk);
      rowOf.push(row);
    }
  });
  const chunks = Int32Array.from(chunkOf);
  const rows = Int32Array.from(rowOf);
  const { fields } = tables[0]!;
  const columnOf = (name: string): Column => gatherColumn(tables.map(({ columns }) => columns[name]!), chunks, rows); // prettier-ignore
  const columns = Object.fromEntries(Object.keys(fields).map((name) => [name, columnOf(name)]));
  return { fields, length: rows.length, columns };
}
