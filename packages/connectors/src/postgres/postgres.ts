import { resolve } from 'node:path';
import { millraceError, type KeyedSink, type Sink } from '@millrace/core';
import { durationMs, having, need, optionsOf, requireArguments } from '@millrace/core/connector';
import { pgDatabase } from './database.js';
import { clientDatabase, folderDatabase } from './embedded.js';
import type { EmbeddedClient, PostgresOptions, TableOptions, ViewOptions } from './options.js';
import { relationOf } from './relation.js';
import { openSink, type Target } from './sink.js';

const example = "postgres({ url: 'postgres://me@localhost:5432/pins' })";

/** Tables of a PostgreSQL database, as sinks. */
export interface Postgres {
  /** The table of that name, or `schema.name`: all rows of an append flow. */
  table(name: string, options?: TableOptions): Sink<unknown, 'append'>;
  /** The table of that name: the latest row of each key, of an append or an upsert flow. */
  view<const K extends string>(name: string, options: ViewOptions<K>): KeyedSink<NoInfer<K>>;
}

/**
 * PostgreSQL (15 or later) as a place for results, exactly once: the rows of a checkpoint are staged in tables of the
 * schema `millrace`, and become visible in one transaction once the checkpoint is durable, together with its number.
 * The user of the URL needs the right to make that schema, or to write it where it is there. Where no server is at hand,
 * `folder` has a database of its own in this process, through the package `@electric-sql/pglite`.
 *
 * A table has the columns of the output by name; others may be there, where they can be left out. `int32` is `integer`,
 * `int64` `bigint`, `float64` `double precision`, `decimal(p, s)` `numeric(p, s)`, `utf8` `text`, `bool` `boolean`,
 * `timestamp` `timestamp with time zone`, `binary` `bytea`, lists and structs `jsonb`. NUL, which text in Postgres can not
 * hold, is written as U+FFFD. The processes of a group can write a table at once. A view has one column more, `millrace_rank`: the rank of its row in (time, order). The
 * package `pg` is loaded when a job runs. While the server is away, operations are tried again for `retryFor`.
 *
 * @throws MillraceError `MILLRACE_OPTION_INVALID`; from jobs, before the first record: `MILLRACE_PEER_MISSING`,
 * `MILLRACE_SERVER_FAILED`, `MILLRACE_SINK_UNFIT` where the table is not there or has other columns,
 * `MILLRACE_LINEAGE_FOREIGN` where it belongs to another job.
 * @example
 * ```ts
 * import { postgres } from '@millrace/connectors/postgres';
 *
 * const database = postgres({ url: 'postgres://postgres@127.0.0.1:5432/postgres' });
 * const pins = database.table('pins', { create: true }); // sinks: { pins, popularity }
 * const popularity = database.view('popularity', { key: ['category', 'windowStart'], create: true });
 * console.log(popularity.label); // postgres view "popularity" (127.0.0.1:5432/postgres)
 * ```
 */
export function postgres(options: PostgresOptions): Postgres {
  requireArguments('postgres', example, [['options', options ?? {}, optionsOf('url', 'folder', 'client', 'schema', 'retryFor')]]); // prettier-ignore
  const { schema = 'public', retryFor = '1m' } = options ?? {};
  const retryMs = durationMs(retryFor, { operator: 'postgres', option: 'retryFor', above: 0 });
  const { identity, location, connect } = placeOf(options ?? {}, retryMs);
  const target = (kind: string, name: string, key: readonly string[] | undefined, create: boolean): Target => {
    const relation = relationOf(name, schema);
    const label = `postgres ${kind} "${name}" (${location})`;
    return { label, place: [identity, relation.sql], relation, key, create, connect };
  };
  return {
    table(name, options = {}) {
      requireArguments('table', "table('pins', { create: true })", [
        ['name', name, need.text],
        ['options', options, optionsOf('create')],
      ]);
      const { create = false } = options;
      const table = target('table', name, undefined, create);
      return { name, label: table.label, place: table.place, modes: ['append'], key: undefined, shared: true, open: (context) => openSink(table, context) }; // prettier-ignore
    },
    view(name, view) {
      requireArguments('view', "view('popularity', { key: ['category'] })", [
        ['name', name, need.text],
        ['options', view ?? {}, optionsOf('key', 'create')],
      ]);
      const { key, create = false } = view ?? {};
      if (!Array.isArray(key) || key.length === 0) throw keyMissing(name);
      const table = target('view', name, key, create);
      return { name, label: table.label, place: table.place, modes: ['append', 'upsert'], key, shared: true, open: (context) => openSink(table, context) }; // prettier-ignore
    },
  };
}

function keyMissing(name: string): Error {
  return millraceError('MILLRACE_OPTION_INVALID', {
    subject: `postgres view "${name}"`,
    option: 'key',
    problem: 'names no field',
    fix: "Give the fields that name a row, like { key: ['category', 'windowStart'] }.",
  });
}

/** A database before it is opened. */
interface Place {
  /** What tells it from others. */
  readonly identity: unknown;
  /** Where it is, for people: never the user or the password. */
  readonly location: string;
  readonly connect: Target['connect'];
}

function placeOf(options: Partial<Record<'url' | 'folder' | 'client', unknown>>, retryMs: number): Place {
  const { url, folder, client } = options;
  if (client !== undefined) {
    requireArguments('postgres', 'postgres({ client: await PGlite.create() })', [['client', client, having('a PGlite', 'query', 'transaction')]]); // prettier-ignore
    return {
      identity: client,
      location: 'PGlite',
      connect: (label) => clientDatabase(client as EmbeddedClient, label),
    };
  }
  if (folder !== undefined) {
    requireArguments('postgres', "postgres({ folder: './postgres' })", [['folder', folder, need.text]]);
    const path = resolve(folder as string);
    return { identity: path, location: folder as string, connect: (label) => folderDatabase(path, label) };
  }
  const location = locationOf(url);
  const connect: Target['connect'] = (label, logger) =>
    pgDatabase({ url: url as string, location, label, retryMs, logger });
  return { identity: url, location, connect };
}

function locationOf(url: unknown): string {
  const parsed = typeof url === 'string' && URL.canParse(url) ? new URL(url) : undefined;
  if (parsed !== undefined && /^postgres(ql)?:$/.test(parsed.protocol)) return `${parsed.host}${parsed.pathname}`;
  throw millraceError('MILLRACE_OPTION_INVALID', {
    subject: 'postgres',
    option: 'url',
    problem: url === undefined ? 'is missing' : 'is no URL that begins with postgres://',
    fix: "Write url: 'postgres://user:password@host:5432/database', or folder: './postgres' for one without a server.",
  });
}
