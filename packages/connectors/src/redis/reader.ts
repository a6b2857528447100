import { fieldsText, millraceError, type Fields } from '@millrace/core';
import { columnOf } from '@millrace/core/connector';
import type { Call, Reply } from './connection.js';
import { rankField } from './keys.js';
import type { ReadOptions, RowsOptions } from './options.js';
import { keyReader } from './row-text.js';
import { rowReader, type AnyRow } from './row-values.js';
import { recordOf } from './head.js';
import type { Server } from './server.js';

/** Reads what a view shows, from any process. */
export interface ViewReader {
  /** The types of what is shown; undefined while nothing is. `afresh`: they may be others than they were. */
  fields(afresh: boolean): Promise<Fields | undefined>;
  rows(options: RowsOptions): Promise<readonly AnyRow[]>;
  getMany(keys: readonly AnyRow[], options: ReadOptions): Promise<readonly (AnyRow | undefined)[]>;
}

const keysPerScript = 200;
const scriptsPerPipeline = 16;
const keysPerScan = 1000;

/** The name of the field that marks early rows. */
const mark = 'early';

/** A row that is shown; without texts where there is none of that key. */
interface ShownRow {
  readonly early: boolean;
  readonly texts: ReadonlyMap<string, string>;
}

/** What is shown at one moment. */
interface Shown {
  readonly generation: string | undefined;
  readonly layer: string | undefined;
  readonly fields: Fields | undefined;
  readonly rows: readonly ShownRow[];
}

/** A reader of the view whose keys begin with `head`. */
export function readerOf(server: Server, label: string, head: string, key: readonly string[]): ViewReader {
  const read = (keys: readonly string[], options: ReadOptions): Promise<readonly Shown[]> => readKeys(server, head, keys, options.early === true); // prettier-ignore
  let known: Fields | undefined;

  /** The rows of those keys, where they are what they are taken for: their types say how a key is written. */
  async function found(wanted: readonly AnyRow[], options: ReadOptions): Promise<readonly Shown[] | undefined> {
    const fields = (known ??= (await read([], options))[0]!.fields);
    if (fields === undefined) return [];
    const texts = wanted.map((each) => keyText(label, fields, key, each));
    const parts = await read(texts, options);
    const [first] = parts as readonly [Shown];
    known = first.fields;
    // Replaced in between.
    if (parts.some(({ generation }) => generation !== first.generation)) return undefined;
    return known === undefined || fieldsText(known) === fieldsText(fields) ? parts : undefined;
  }

  return {
    async fields(afresh) {
      if (afresh) known = undefined;
      return (known ??= (await read([], { early: true }))[0]!.fields);
    },

    async rows(options) {
      for (;;) {
        const [{ generation, layer }] = (await read([], options)) as readonly [Shown];
        const keys = await keysOf(server, head, generation, layer, options);
        const parts = await read(keys, options);
        // Replaced while it was read: what is there now is another result.
        if (parts.some((part) => part.generation !== generation)) continue;
        const rows = parts.flatMap(({ fields, rows }) => {
          const found = rows.filter(({ texts }) => texts.size > 0);
          if (found.length === 0) return [];
          const readRow = shownReader(label, fields!, options);
          return found.map((row) => ({ ...row, readRow }));
        });
        return rows
          .sort((a, b) => compare(a.texts.get(rankField)!, b.texts.get(rankField)!))
          .map((row) => row.readRow(row));
      }
    },

    async getMany(wanted, options) {
      if (wanted.length === 0) return [];
      let parts: readonly Shown[] | undefined;
      do parts = await found(wanted, options);
      while (parts === undefined);
      const rows = parts.flatMap(({ fields, rows }) => {
        const readRow = fields && shownReader(label, fields, options);
        return rows.map((row) => (row.texts.size === 0 ? undefined : readRow!(row)));
      });
      return wanted.map((_, i) => rows[i]);
    },
  };
}

/** Several scripts in one pipeline, each of which sees one moment; at least one, also without a key. */
async function readKeys(server: Server, head: string, keys: readonly string[], early: boolean): Promise<Shown[]> {
  const shown: Shown[] = [];
  for (let from = 0; from === 0 || from < keys.length; from += keysPerScript * scriptsPerPipeline) {
    const calls: Call[] = [];
    const to = Math.min(keys.length, from + keysPerScript * scriptsPerPipeline);
    for (let at = from; at === 0 || at < to; at += keysPerScript) {
      const args = [early ? 'early' : 'final', ...keys.slice(at, Math.min(to, at + keysPerScript))];
      calls.push({ script: 'read', key: head, args });
    }
    for (const reply of await server.ask(...calls)) shown.push(shownOf(reply));
  }
  return shown;
}

/** The keys that are shown, each once. */
async function keysOf(
  server: Server,
  head: string,
  generation: string | undefined,
  layer: string | undefined,
  options: RowsOptions,
): Promise<readonly string[]> {
  const isRange = options.from !== undefined || options.to !== undefined;
  const keys = new Set<string>();
  // Early rows first: what becomes final in between is found twice, and else it would be found nowhere.
  for (const name of [layer, generation]) {
    if (name === undefined) continue;
    const times = `${head}:${name}:times`;
    const found = isRange ? await between(server, times, options) : await scanned(server, times);
    for (const each of found) keys.add(each);
  }
  return [...keys];
}

// A scan gives what was there all the time, a little at a time, so that others come between.
async function scanned(server: Server, times: string): Promise<readonly string[]> {
  const found: string[] = [];
  let cursor = '0';
  do {
    const [reply] = await server.ask({ command: 'ZSCAN', args: [times, cursor, 'COUNT', keysPerScan] });
    const [next, members] = reply as readonly [string, readonly string[]];
    cursor = next;
    members.forEach((member, i) => i % 2 === 0 && found.push(member));
  } while (cursor !== '0');
  return found;
}

async function between(server: Server, times: string, { from, to }: RowsOptions): Promise<readonly string[]> {
  const first = from === undefined ? '-inf' : from.getTime();
  const last = to === undefined ? '+inf' : `(${to.getTime()}`;
  const [keys] = await server.ask({ command: 'ZRANGEBYSCORE', args: [times, first, last] });
  return keys as readonly string[];
}

type ReadReply = readonly [
  generation: string | null,
  fields: string | null,
  layer: string | null,
  earlyFields: string | null,
  rows: readonly (readonly [early: number, texts: Reply])[],
];

function shownOf(reply: Reply): Shown {
  const [generation, fields, layer, earlyFields, rows] = reply as unknown as ReadReply;
  const text = fields ?? earlyFields;
  return {
    generation: generation ?? undefined,
    layer: layer ?? undefined,
    fields: text === null ? undefined : (JSON.parse(text) as Fields),
    rows: rows.map(([early, texts]) => ({ early: early === 1, texts: recordOf(texts) })),
  };
}

function shownReader(label: string, fields: Fields, options: ReadOptions): (row: ShownRow) => AnyRow {
  const read = rowReader(fields);
  if (options.early !== true) return ({ texts }) => read(texts);
  if (mark in fields) {
    const data = { operator: `${label}: rows({ early: true })`, field: mark, with: 'a field of its rows' };
    throw millraceError('MILLRACE_FIELD_COLLISION', data);
  }
  return ({ texts, early }) => ({ ...read(texts), [mark]: early });
}

function keyText(label: string, fields: Fields, key: readonly string[], wanted: AnyRow): string {
  const missing = key.find((field) => !Object.hasOwn(fields, field));
  if (missing !== undefined) {
    const known = Object.keys(fields);
    throw millraceError('MILLRACE_FIELD_MISSING', { operator: label, uses: 'has the key', field: missing, fields: known }); // prettier-ignore
  }
  const columns = Object.fromEntries(key.map((field) => [field, columnOf(fields[field]!, [wanted[field]])]));
  return keyReader({ columns }, fields, key)(0);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
