import { millraceError, type Fields, type MillraceError, type ObjectStore } from '@millrace/core';
import { bytesHash } from '@millrace/core/connector';
import { damaged, movePointer, readPointer, type Pointed } from './pointer.js';
import { mergeTables, type Table } from './table.js';
import { treeBytes, treeOf } from './tree-bytes.js';

// What a view or a list shows: a pointer to a short list of tables, each an object that never changes. A stage is one
// more table; publishing it moves the pointer to a list that holds it too. So a reader, and a process that starts after
// a crash, see a checkpoint's rows whole or not at all.
//
//   <place>/shown/<number>                  the pointer
//   <place>/aside/<lineage>/<number>        the pointer of a result that is built to replace the one that is shown
//   <place>/staged/<lineage>/<checkpoint>-… a table that is shown once its checkpoint is
//   <place>/merged/…                        several tables as one

/** What the pointer says. */
export interface Shown {
  readonly lineage: string;
  readonly job: string;
  /** The last checkpoint whose rows are in the tables. */
  readonly published: number;
  readonly fields: Fields;
  readonly tables: readonly TableObject[];
}

/** A table in the store. */
export interface TableObject {
  readonly object: string;
  readonly rows: number;
  /** Of its bytes. */
  readonly hash: string;
}

/** More tables than this are not kept side by side. */
const tablesMax = 8;

/** Where the parts of a result are. */
export function placesOf(place: string): {
  readonly shown: string;
  aside(lineage: string): string;
  staged(lineage: string): string;
} {
  return {
    shown: `${place}/shown`,
    aside: (lineage) => `${place}/aside/${encodeURIComponent(lineage)}`,
    staged: (lineage) => `${place}/staged/${encodeURIComponent(lineage)}`,
  };
}

/** Writes the rows that one checkpoint adds, where nothing shows them. */
export async function writeStage(
  objects: ObjectStore,
  place: string,
  lineage: string,
  checkpoint: number,
  table: Table,
): Promise<TableObject> {
  // A name of its own: a process that was taken over may stage the same checkpoint with other rows.
  const name = `${String(checkpoint).padStart(12, '0')}-${crypto.randomUUID()}`;
  const object = `${placesOf(place).staged(lineage)}/${name}`;
  return putTable(objects, object, table);
}

/** Removes the stages that are `doomed`. */
export async function discardStages(
  objects: ObjectStore,
  place: string,
  lineage: string,
  doomed: (checkpoint: number, object: string) => boolean,
): Promise<void> {
  const prefix = `${placesOf(place).staged(lineage)}/`;
  for await (const { key } of objects.list(prefix)) {
    if (doomed(parseInt(key.slice(prefix.length), 10), key)) await objects.delete(key);
  }
}

/**
 * Moves the pointer from `from` to `to`. Tables are merged, the smaller ones first, so that their number stays small
 * and a row is rewritten a logarithmic number of times. False where another writer was first.
 */
export async function show(
  objects: ObjectStore,
  place: string,
  pointer: string,
  from: Pointed<Shown> | undefined,
  to: Shown,
  key: readonly string[] | undefined,
): Promise<boolean> {
  const { tables, replaced } = await merged(objects, place, to.tables, key);
  if ((await movePointer(objects, pointer, from, { ...to, tables })) === undefined) return false;
  for (const { object } of replaced) await objects.delete(object);
  return true;
}

/** The tables that are shown now, and whose; those in `known` are not read again. Undefined where there never were any. */
export async function readShown(
  objects: ObjectStore,
  label: string,
  place: string,
  known: ReadonlyMap<string, Table>,
): Promise<{ readonly lineage: string; readonly tables: ReadonlyMap<string, Table> } | undefined> {
  let last = -1;
  while (true) {
    const head = await readPointer<Shown>(objects, placesOf(place).shown);
    if (head === undefined) return undefined;
    const tables = new Map<string, Table>();
    let missing: string | undefined;
    for (const each of head.value.tables) {
      const table = known.get(each.object) ?? (await readTable(objects, each));
      if (table === undefined) missing = each.object;
      else tables.set(each.object, table);
    }
    if (missing === undefined) return { lineage: head.value.lineage, tables };
    // Merged in between, if the pointer has moved on since.
    if (head.number === last) throw objectMissing(label, missing);
    last = head.number;
  }
}

/** Says that an object is gone that a checkpoint counts on. */
export function objectMissing(label: string, object: string): MillraceError {
  return millraceError('MILLRACE_TABLE_UNREADABLE', {
    table: label,
    problem: `the object ${object} is missing`,
    fix: 'Restore it from a copy, or run the job again under another name.',
  });
}

async function putTable(objects: ObjectStore, object: string, table: Table): Promise<TableObject> {
  const bytes = treeBytes(table);
  await objects.put(object, bytes);
  return { object, rows: table.length, hash: bytesHash(bytes) };
}

/**
 * A table of the store; undefined where it is gone.
 *
 * @throws MillraceError `MILLRACE_TABLE_UNREADABLE` where it is damaged.
 */
export async function readTable(objects: ObjectStore, { object, hash }: TableObject): Promise<Table | undefined> {
  const bytes = await objects.get(object);
  if (bytes === undefined) return undefined;
  if (bytesHash(bytes) !== hash) throw damaged(object);
  // Node may hand over a piece of a larger buffer, at any place of it.
  return treeOf(bytes.byteOffset % 8 === 0 ? bytes : bytes.slice()) as Table;
}

async function merged(
  objects: ObjectStore,
  place: string,
  tables: readonly TableObject[],
  key: readonly string[] | undefined,
): Promise<{ readonly tables: readonly TableObject[]; readonly replaced: readonly TableObject[] }> {
  if (tables.length <= tablesMax) return { tables, replaced: [] };
  let first = tables.length - 1;
  let rows = tables[first]!.rows;
  while (first > 0 && (tables[first - 1]!.rows <= rows || first > tablesMax / 2)) rows += tables[--first]!.rows;
  const replaced = tables.slice(first);
  const contents = await Promise.all(replaced.map((each) => readTable(objects, each)));
  // Gone where another process has taken over and merged them: then the pointer does not move either.
  if (contents.includes(undefined)) return { tables, replaced: [] };
  const table = mergeTables(contents as Table[], key);
  const object = `${place}/merged/${crypto.randomUUID()}`;
  return { tables: [...tables.slice(0, first), await putTable(objects, object, table)], replaced };
}
