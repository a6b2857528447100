import { millraceError, type Fields } from '@millrace/core';
import { columnOf } from '@millrace/core/connector';
import type { Call, Reply } from './connection.js';
import { rankField } from './keys.js';
import type { ReadOptions, RowsOptions } from './options.js';
import { keyReader } from './row-text.js';
import { rowFromTexts, type AnyRow } from './row-values.js';
import { recordOf } from './head.js';
import type { Server } from './server.js';

/** Reads what a view shows, from any process. */
export interface ViewReader {
  rows(options: RowsOptions): Promise<readonly AnyRow[]>;
  getMany(keys: readonly AnyRow[], options: ReadOptions): Promise<readonly (AnyRow | undefined)[]>;
}

const keysPerScript = 200;
const keysPerScan = 1000;

/** The name of the field that marks early rows. */
const mark = 'early';

/** What is shown at one moment. */
interface Shown {
  readonly generation: string | undefined;
  readonly layer: string | undefined;
  readonly fields: Fields | undefined;
  readonly rows: readonly { readonly early: boolean; readonly texts: ReadonlyMap<string, string> }[];
}

/** A reader of the view whose keys begin with `head`. */
export function readerOf(server: Server, label: string, head: string, key: readonly string[]): ViewReader {
  // Several scripts in one pipeline, each of which sees one moment.
  async function read(keys: readonly string[], early: boolean): Promise<readonly Shown[]> {
    const calls: Call[] = [];
    for (let from = 0; from === 0 || from < keys.length; from += keysPerScript) {
      const args = [early ? 'early' : 'final', ...keys.slice(from, from + keysPerScript)];
      calls.push({ script: 'read', key: head, args });
    }
    return (await server.ask(...calls)).map(shownOf);
  }

  async function scan(generation: string): Promise<readonly string[]> {
    const found: string[] = [];
    let cursor = '0';
    do {
      const [reply] = await server.ask({ command: 'ZSCAN', args: [`${head}:${generation}:times`, cursor, 'COUNT', keysPerScan] }); // prettier-ignore
      const [next, members] = reply as readonly [string, readonly string[]];
      cursor = next;
      members.forEach((member, i) => i % 2 === 0 && found.push(member));
    } while (cursor !== '0');
    return found;
  }

  async function between(generation: string, { from, to }: RowsOptions): Promise<readonly string[]> {
    const [first, last] = [
      from === undefined ? '-inf' : from.getTime(),
      to === undefined ? '+inf' : `(${to.getTime()}`,
    ];
    const [keys] = await server.ask({ command: 'ZRANGEBYSCORE', args: [`${head}:${generation}:times`, first, last] });
    return keys as readonly string[];
  }

  return {
    async rows(options) {
      const early = options.early === true;
      const ranged = options.from !== undefined || options.to !== undefined;
      const keysOf = (generation: string): Promise<readonly string[]> => ranged ? between(generation, options) : scan(generation); // prettier-ignore
      for (;;) {
        const [{ generation, layer }] = (await read([], early)) as readonly [Shown];
        // Early rows first: what becomes final in between is found twice, and else it would be found nowhere.
        const keys = new Set(layer === undefined ? [] : await keysOf(layer));
        for (const found of generation === undefined ? [] : await keysOf(generation)) keys.add(found);
        const parts = keys.size === 0 ? [] : await read([...keys], early);
        // Replaced while it was read: what is there now is another result.
        if (parts.some((part) => part.generation !== generation && generation !== undefined)) continue;
        return parts
          .flatMap(({ fields, rows }) =>
            rows.filter(({ texts }) => texts.size > 0).map((row) => ({ ...row, fields: fields! })),
          ) // prettier-ignore
          .sort((a, b) => compare(a.texts.get(rankField)!, b.texts.get(rankField)!))
          .map(({ fields, texts, early: isEarly }) => rowOf(label, fields, texts, early ? isEarly : undefined));
      }
    },

    async getMany(wanted, options) {
      const early = options.early === true;
      let [{ fields }] = (await read([], early)) as readonly [Shown];
      if (fields === undefined || wanted.length === 0) return wanted.map(() => undefined);
      const texts = wanted.map((each) => keyText(label, fields!, key, each));
      const parts = await read(texts, early);
      return parts.flatMap((part) => {
        fields = part.fields ?? fields;
        return part.rows.map(({ texts: found, early: isEarly }) =>
          found.size === 0 ? undefined : rowOf(label, fields!, found, early ? isEarly : undefined),
        );
      });
    },
  };
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

function rowOf(label: string, fields: Fields, texts: ReadonlyMap<string, string>, early: boolean | undefined): AnyRow {
  if (early === undefined) return rowFromTexts(fields, texts);
  if (mark in fields) {
    const data = { operator: `${label}: rows({ early: true })`, field: mark, with: 'a field of its rows' };
    throw millraceError('MILLRACE_FIELD_COLLISION', data);
  }
  return { ...rowFromTexts(fields, texts), [mark]: early };
}

function keyText(label: string, fields: Fields, key: readonly string[], wanted: AnyRow): string {
  const missing = key.find((field) => !(field in fields));
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
