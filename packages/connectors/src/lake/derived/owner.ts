import { type Fields, millraceError, typeText } from '@millrace/core';
import type { SinkContext } from '@millrace/core/connector';
import { randomUUID } from 'node:crypto';
import type { Action, MetaData } from '../delta/actions.js';
import type { LogState } from '../delta/log-state.js';
import { fieldsOfSchemaString, schemaString } from '../delta/schema-string.js';
import { tableFormat } from '../delta/check-protocol.js';
import { isHeld } from '../../holding/holders.js';
import { foreign, type TableFolder } from '../delta/table-folder.js';

// A table of results belongs to the lineage that published into it first; nobody owns one that was only opened.

/** The lineage that owns the table; undefined where it is nobody's. */
export function ownerOf({ metaData }: LogState): string | undefined {
  return metaData?.configuration['millrace.lineage'];
}

/** Refuses a table that holds something else than the results of a job. */
export function requireDerived(table: TableFolder, { metaData }: LogState): void {
  if (metaData === undefined || metaData.configuration['millrace.kind'] === 'derived') return;
  const topic = metaData.configuration['millrace.topic'];
  const problem = topic === undefined ? 'another program has made it' : `it archives the topic "${topic}"`;
  throw foreign(table, problem, 'Give the sink a table of another name.');
}

/** Refuses to replace a table that another program has declared to keep all of its rows. */
export function checkReplaceable(table: TableFolder, { metaData }: LogState): void {
  if (metaData?.configuration['delta.appendOnly'] !== 'true') return;
  const problem = 'rows may only be added to it (delta.appendOnly)';
  throw foreign(table, problem, "Set that property to false, or leave publish: 'replace' out.");
}

/** Refuses a table of another lineage, unless it is to be replaced. */
export function checkOwner(table: TableFolder, on: LogState, { lineage, job }: SinkContext): void {
  const owner = ownerOf(on);
  if (owner === undefined || owner === lineage) return;
  const ownerText = `job "${on.metaData!.configuration['millrace.job']}", lineage ${owner}`;
  throw millraceError('MILLRACE_LINEAGE_FOREIGN', { sink: table.label, owner: ownerText, job });
}

/** Where it stands who is at work on the table. */
export function holdersOf({ prefix }: TableFolder): string {
  return `${prefix}_millrace`;
}

/** Refuses to replace a table while a job of another lineage, which owns it, is at work on it. */
export async function checkIdle(table: TableFolder, on: LogState, { lineage, output }: SinkContext): Promise<void> {
  const owner = ownerOf(on);
  if (owner === undefined || owner === lineage || !(await isHeld(table.store, holdersOf(table), owner))) return;
  const job = on.metaData!.configuration['millrace.job'] ?? '';
  throw millraceError('MILLRACE_SINK_UNFIT', {
    sink: table.label,
    output,
    problem: `its owner, job "${job}", is running`,
    fix: `Stop job "${job}" before its result is replaced.`,
  });
}

/** Refuses a table whose columns cannot hold the rows, column by column. */
export function checkColumns(table: TableFolder, { schemaString: text }: MetaData, fields: Fields): void {
  const present = new Map(Object.entries(fieldsOfSchemaString(text) as Fields));
  const refuse = (problem: string): never => {
    throw foreign(table, problem, "Give the sink a table of another name, or say publish: 'replace'.");
  };
  for (const [name, type] of Object.entries(fields)) {
    const was = present.get(name);
    if (was === undefined) return refuse(`it has no column "${name}"`);
    const found = typeText(was);
    if (found !== typeText(type) && found !== `${typeText(type)}?`) {
      refuse(`its column "${name}" is ${found}, and the rows have ${typeText(type)}`);
    }
  }
  for (const [name, type] of present) {
    if (Object.hasOwn(fields, name) || type.nullable) continue;
    refuse(`its column "${name}" allows no null, and the rows do not have it`);
  }
}

/** What declares the table to be of these columns, and whose it is from now on: nobody's without an owner. */
export function declare(
  on: LogState,
  name: string,
  fields: Fields,
  owner: Pick<SinkContext, 'lineage' | 'job' | 'output'> | undefined,
): Action[] {
  const owned: { [name: string]: string } =
    owner === undefined
      ? {}
      : { 'millrace.lineage': owner.lineage, 'millrace.job': owner.job, 'millrace.output': owner.output };
  const metaData: MetaData = {
    ...on.metaData,
    id: on.metaData?.id ?? randomUUID(),
    name,
    format: { provider: 'parquet', options: {} },
    schemaString: schemaString(fields),
    partitionColumns: [],
    configuration: {
      ...on.metaData?.configuration,
      'millrace.kind': 'derived',
      'millrace.format': tableFormat,
      ...owned,
    },
    createdTime: on.metaData?.createdTime ?? Date.now(),
  };
  const protocol = on.protocol === undefined ? [{ protocol: { minReaderVersion: 1, minWriterVersion: 2 } }] : [];
  return [...protocol, { metaData }];
}
