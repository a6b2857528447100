import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import type { Fields, Sink } from '@millrace/core';
import type { Postgres } from '@millrace/connectors/postgres';
import { ContractRow, type SinkSubject, type TestedView, type ViewSubject } from '@millrace/connectors/testing';
import type { Query } from './query.js';
import { rowsOfTable } from './rows-of-table.js';

/** A database under test: as jobs open it, and as somebody else looks into it. */
export interface TestedDatabase {
  readonly open: () => Postgres;
  readonly query: Query;
}

/** A table of a test's own, or a view by `key`. */
export async function sinkSubject(database: TestedDatabase, key: readonly string[] | undefined): Promise<SinkSubject> {
  const { query } = database;
  const name = `t_${randomUUID().replaceAll('-', '')}`;
  const handle = (): Sink<never, never> => sinkOf(database, name, key);
  return {
    sink: handle(),
    again: async () => handle(),
    visible: async () => (await rowsOfTable(query, name, ContractRow.fields)).map(({ id }) => id as string),
    dispose: () => dropped(query, name),
  };
}

/** Views of a test's own. */
export async function viewSubject(database: TestedDatabase): Promise<ViewSubject> {
  const names: string[] = [];
  return {
    view: async (key) => {
      const name = `v_${randomUUID().replaceAll('-', '')}`;
      names.push(name);
      return testedView(database, name, key);
    },
    dispose: async () => {
      for (const name of names) await dropped(database.query, name);
    },
  };
}

function testedView(database: TestedDatabase, name: string, key: readonly string[]): TestedView {
  // The fields of the last output that it was opened for.
  let fields: Fields = ContractRow.fields;
  const handle = (): Sink<never, never> => {
    const sink = sinkOf(database, name, key);
    return {
      ...sink,
      open(context) {
        fields = context.schema.fields;
        return sink.open(context);
      },
    };
  };
  const rows = (): ReturnType<TestedView['rows']> => rowsOfTable(database.query, name, fields);
  return {
    sink: handle(),
    again: async () => handle(),
    rows,
    async get(wanted) {
      const isWanted = (row: { readonly [field: string]: unknown }): boolean =>
        key.every((field) => inspect(row[field]) === inspect(wanted[field]));
      return (await rows()).find(isWanted);
    },
  };
}

function sinkOf({ open }: TestedDatabase, name: string, key: readonly string[] | undefined): Sink<never, never> {
  return key === undefined ? open().table(name, { create: true }) : open().view(name, { key, create: true });
}

async function dropped(query: Query, name: string): Promise<void> {
  await query(`DROP TABLE IF EXISTS "${name}"`);
}
