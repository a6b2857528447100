import { type Observable, Subject } from 'rxjs';
import { millraceError, type KeyedSink, type LookupView, type Sink } from '@millrace/core';
import { columnOf, need, optionsOf, requireArguments } from '@millrace/core/connector';
import { pathName, type Backend } from './backend.js';
import { earlyLayer, withEarly, type EarlyLayer } from './early-layer.js';
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

/** Whether early rows are asked for: those of windows that are not final yet, where an aggregate shows them. */
export interface ReadOptions {
  readonly early?: boolean;
}

/**
 * One row per key: the one that is greatest in (time, order). A sink for append and upsert flows.
 *
 * With `{ early: true }` a reader sees the early rows of an `aggregate({ early: '1s', … })` over the final ones, and every
 * row has a field `early` that says which it is. They are in the process only, for those who read through the `memory()`
 * that the job runs with: other processes on the same folder see final rows. They go when the run ends.
 */
export interface MemoryView<K extends string = string> extends Result, KeyedSink<K>, LookupView<K> {
  readonly name: string;
  readonly label: string;
  readonly key: readonly string[];
  readonly early: true;
  rows(options?: ReadOptions): Promise<readonly AnyRow[]>;
  /** The row of that key, or undefined. */
  get(key: { readonly [P in K]: unknown }, options?: ReadOptions): Promise<AnyRow | undefined>;
  /** The rows of those keys, in their order; undefined where there is none. */
  getMany(keys: readonly { readonly [P in K]: unknown }[], options?: ReadOptions): Promise<readonly (AnyRow | undefined)[]>; // prettier-ignore
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
  const earlyOf = new Map<string, EarlyLayer>();
  const handle = (label: string, place: string, key: readonly string[] | undefined): Handle => {
    const changes = changesOf.get(place) ?? new Subject<ResultChange>();
    changesOf.set(place, changes);
    const early = key && (earlyOf.get(place) ?? earlyLayer(key));
    if (early !== undefined) earlyOf.set(place, early);
    return resultHandle(backend, label, place, key, changes, early);
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
  const finder = rowFinder(key);
  const earlyFinder = rowFinder(key);
  const find = async (wanted: readonly AnyRow[], early = false): Promise<readonly (AnyRow | undefined)[]> => {
    const table = await read(early);
    return wanted.map((each) => (table === undefined ? undefined : (early ? earlyFinder : finder)(table, each)));
  };
  return {
    ...result,
    name,
    key,
    modes: ['append', 'upsert'],
    early: true,
    async rows(options = {}) {
      requireArguments(`${label}: rows`, 'rows({ early: true })', [['options', options, optionsOf('early')]]);
      const table = await read(options.early === true);
      return table === undefined ? [] : sortedRows(table);
    },
    async get(wanted, options = {}) {
      requireArguments(`${label}: get`, "get({ category: 'art' }, { early: true })", [
        ['key', wanted, need.options],
        ['options', options, optionsOf('early')],
      ]);
      const [row] = await find([wanted], options.early);
      return row;
    },
    async getMany(wanted, options = {}) {
      requireArguments(`${label}: getMany`, "getMany([{ category: 'art' }, { category: 'food' }])", [
        ['keys', wanted, need.objects],
        ['options', options, optionsOf('early')],
      ]);
      return find(wanted, options.early);
    },
    fields: async () => (await read(false))?.fields,
  };
}

/** Finds rows by their key, in the table that it was last asked about without looking through it again. */
function rowFinder(key: readonly string[]): (table: Table, wanted: AnyRow) => AnyRow | undefined {
  let known: { readonly of: Table; readonly rowOf: ReadonlyMap<string, AnyRow> } | undefined;
  return (table, wanted) => {
    if (known?.of !== table) known = { of: table, rowOf: rowsByKey(table, key) };
    return known.rowOf.get(keyText(table, key, wanted));
  };
}

type Handle = Omit<MemoryList, 'name' | 'modes' | 'early' | '_accepts'> & {
  /** What is shown now, as one table, with early rows or without: the same object as long as it is the same. */
  readonly read: (early: boolean) => Promise<Table | undefined>;
};

function resultHandle(
  backend: Backend,
  label: string,
  place: string,
  key: readonly string[] | undefined,
  changes: Subject<ResultChange>,
  layer: EarlyLayer | undefined,
): Handle {
  let known: ReadonlyMap<string, Table> = new Map();
  let merged: Table | undefined;
  let over: { readonly early: Table | undefined; readonly final: Table | undefined; readonly both: Table | undefined } =
    {
      early: undefined,
      final: undefined,
      both: undefined,
    };

  const readFinal = async (): Promise<{ readonly lineage: string; readonly table: Table | undefined } | undefined> => {
    const shown = await readShown(await backend.objects(), label, place, known);
    if (shown === undefined) return undefined;
    const { lineage, tables } = shown;
    const same = tables.size === known.size && [...tables.keys()].every((object) => known.has(object));
    if (!same || merged === undefined) {
      known = tables;
      merged = tables.size === 0 ? undefined : mergeTables([...tables.values()], key);
    }
    return { lineage, table: merged };
  };
  const read = async (wanted: boolean): Promise<Table | undefined> => {
    // Early rows first: what becomes final in between is found twice, and else it would be found nowhere.
    const earlyShown = wanted ? layer?.shown() : undefined;
    const shown = await readFinal();
    const final = shown?.table;
    if (!wanted) return final;
    // Where another history has taken the place, early rows of this one are over nothing of theirs.
    const early = shown === undefined || shown.lineage === earlyShown?.lineage ? earlyShown?.table : undefined;
    if (over.early !== early || over.final !== final) {
      over = { early, final, both: withEarly(label, final, early, key!) };
    }
    return over.both;
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
    open: (context) => openResultSink({ label, place, key, early: layer, published }, backend, context),
    read,
    async rows() {
      const table = await read(false);
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
