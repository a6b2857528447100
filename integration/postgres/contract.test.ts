import { randomUUID } from 'node:crypto';
import { describe, it } from 'vitest';
import pg from 'pg';
import type { Fields, Sink } from '@millrace/core';
import { postgres } from '@millrace/connectors/postgres';
import { ContractRow, replaceContract, sinkContract, viewContract, type SinkSubject, type TestedView, type ViewSubject } from '@millrace/connectors/testing'; // prettier-ignore
import { inspect } from 'node:util';
import { sharedServices } from '../services/services.js';
import { rowsOfTable } from './rows-of-table.js';

const runner = { describe, it };
const table = { name: 'a table of Postgres', make: () => subject(undefined) };
const view = { name: 'a view of Postgres', make: () => subject(['id']) };

sinkContract(runner, table);
sinkContract(runner, view);
replaceContract(runner, table);
replaceContract(runner, view);
viewContract(runner, { name: 'a view of Postgres', make: viewSubject });

async function subject(key: readonly string[] | undefined): Promise<SinkSubject> {
  const url = sharedServices().postgres;
  const name = `t_${randomUUID().replaceAll('-', '')}`;
  const handle = (): Sink<never, never> => sinkOf(url, name, key);
  return {
    sink: handle(),
    again: async () => handle(),
    visible: async () => (await rowsOfTable(url, name, ContractRow.fields)).map(({ id }) => id as string),
    dispose: () => dropped(url, name),
  };
}

async function viewSubject(): Promise<ViewSubject> {
  const url = sharedServices().postgres;
  const names: string[] = [];
  return {
    view: async (key) => {
      const name = `v_${randomUUID().replaceAll('-', '')}`;
      names.push(name);
      return testedView(url, name, key);
    },
    dispose: async () => {
      for (const name of names) await dropped(url, name);
    },
  };
}

function testedView(url: string, name: string, key: readonly string[]): TestedView {
  // The fields of the last output that it was opened for.
  let fields: Fields = ContractRow.fields;
  const handle = (): Sink<never, never> => {
    const sink = sinkOf(url, name, key);
    return {
      ...sink,
      open(context) {
        fields = context.schema.fields;
        return sink.open(context);
      },
    };
  };
  const rows = (): ReturnType<TestedView['rows']> => rowsOfTable(url, name, fields);
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

function sinkOf(url: string, name: string, key: readonly string[] | undefined): Sink<never, never> {
  const database = postgres({ url });
  return key === undefined ? database.table(name, { create: true }) : database.view(name, { key, create: true });
}

async function dropped(url: string, name: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query(`DROP TABLE IF EXISTS "${name}"`);
  await client.end();
}
