import { type Observable, Subject } from 'rxjs';
import { millraceError, type KeyedSink, type Sink } from '@millrace/core';
import { columnOf, need, requireArguments } from '@millrace/core/connector';
import { pathName, type Backend } from './backend.js';
import { readShown, readTable, type TableObject } from './result.js';
import { openResultSink } from './sink.js';
import { keyTexts, mergeTables, sortedRows, type AnyRow, type Table } from './table.js';

/** A result that can be read: by whoever has the handle, and in a folder by every process. */
export interface Result {
  /** The rows that are shown now, in order of event time where they have one. */
  rows(): Promise<readonly AnyRow[]>;
  /** What jobs of this `memory()` publish from now on, checkpoint by checkpoint. */
  readonly changes: Observable<ResultChange>;
}

/** Rows that one checkpoint has added or changed. */
export interface ResultChange {
  readonly checkpoint: number;
  readonly rows: readonly AnyRow[];
}

/** One row per key: the one that is greatest in (time, order). A sink for append and upsert flows. */
export interface MemoryView<K extends string = string> extends Result, KeyedSink<K> {
  /** The row of that key, or undefined. */
  get(key: { readonly [P in K]: unknown }): Promise<AnyRow | undefined>;
}

/** All rows of an append flow, in the order in which they were published. */
export interface MemoryList extends Result, Sink<unknown, 'append'> {}

/** Makes handles of views and lists; those of one place tell of the same changes. */
export interface Results {
  readonly view: <K extends string>(name: string, key: readonly K[]) => MemoryView<K>;
  readonly list: (name: string) => MemoryList;
}

/** Makes what makes the handles of views and lists. */
export function results(backend: Backend): Results {
  const changesOf = new Map<string, Subject<ResultChange>>();
  const handle = (label: string, place: string, key: readonly string[] | undefined): Handle => {
    const changes = changesOf.get(place) ?? new Subject<ResultChange>();
    changesOf.set(place, changes);
    return resultHandle(backend, label, place, key, changes);
  };
  return {
    view: (name, key) => view(name, key, handle),
    list: (name) => ({
      ...handle(`memory list "${name}"`, `lists/${pathName(name)}`, undefined),
      name,
      modes: ['append'],
    }),
  };
}

type MakeHandle = (label: string, place: string, key: readonly string[] | undefined) => Handle;

function view<K extends string>(name: string, key: readonly K[], handle: MakeHandle): MemoryView<K> {
  const label = `memory view "${name}"`;
  if (key.length === 0) {
    throw millraceError('MILLRACE_OPTION_INVALID', {
      subject: label,
      option: 'key',
      problem: 'names no field',
      fix: "Give the fields that name a row, like { key: ['category', 'windowStart'] }.",
    });
  }
  const { read, ...result } = handle(label, `views/${pathName(name)}`, key);
  let byKey: { readonly of: Table; readonly rowOf: ReadonlyMap<string, AnyRow> } | undefined;
  return {
    ...result,
    name,
    modes: ['append', 'upsert'],
    async get(wanted) {
      requireArguments(`${label}: get`, "get({ category: 'art' })", [['key', wanted, need.options]]);
      const table = await read();
      if (table === undefined) return undefined;
      if (byKey?.of !== table) byKey = { of: table, rowOf: rowsByKey(table, key) };
      return byKey.rowOf.get(keyText(table, key, wanted));
    },
  };
}

type Handle = Omit<MemoryList, 'name' | 'modes' | '_accepts'> & {
  /** What is shown now, as one table: the same object as long as it is the same. */
  readonly read: () => Promise<Table | undefined>;
};

function resultHandle(
  backend: Backend,
  label: string,
  place: string,
  key: readonly string[] | undefined,
  changes: Subject<ResultChange>,
): Handle {
  let known: ReadonlyMap<string, Table> = new Map();
  let merged: Table | undefined;

  const read = async (): Promise<Table | undefined> => {
    const tables = await readShown(await backend.objects(), label, place, known);
    if (tables === undefined) return undefined;
    const same = tables.size === known.size && [...tables.keys()].every((object) => known.has(object));
    if (!same || merged === undefined) {
      known = tables;
      merged = tables.size === 0 ? undefined : mergeTables([...tables.values()], key);
    }
    return merged;
  };
  const published = async (checkpoint: number, rows: TableObject | undefined): Promise<void> => {
    if (!changes.observed || rows === undefined) return;
    const table = await readTable(await backend.objects(), rows);
    if (table !== undefined) changes.next({ checkpoint, rows: sortedRows(table) });
  };

  return {
    label,
    place: [backend.identity, place],
    key,
    changes: changes.asObservable(),
    open: (context) => openResultSink({ label, place, key, published }, backend, context),
    read,
    async rows() {
      const table = await read();
      return table === undefined ? [] : sortedRows(table);
    },
  };
}

function rowsByKey(table: Table, key: readonly string[]): ReadonlyMap<string, AnyRow> {
  const texts = keyTexts(table, key);
  const rows = sortedRows({ ...table, time: undefined });
  return new Map(rows.map((row, index) => [texts[index]!, row]));
}

function keyText(table: Table, key: readonly string[], wanted: AnyRow): string {
  const columns = Object.fromEntries(key.map((field) => [field, columnOf(table.fields[field]!, [wanted[field]])]));
  return keyTexts({ ...table, columns, length: 1, time: undefined, order: [] }, key)[0]!;
}
