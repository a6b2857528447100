import { run } from '@millrace/core';
import { archive, type ArchiveTable, compact, lake } from '@millrace/connectors/lake';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../places.js';
import { batchRows } from './pin-records.js';
import { pinsSource } from './pins-source.js';
import { RawPin } from './windows-graph.js';

const fileRows = 500_000;

/** The lake that holds the archive of that many pins, as the table `pins`. */
export function pinsLakeFolder(records: number): string {
  return join(cacheFolder, `lake-${records}`);
}

export function pinsTable(records: number): ArchiveTable<typeof RawPin.fields> {
  return tableIn(pinsLakeFolder(records));
}

/**
 * Archives the pins, as a topic is archived, where that was not done: all 13 columns, the raw values beside them, in files
 * of up to 500,000 rows. Seen only when it is whole.
 */
export async function preparePinsTable(records: number): Promise<void> {
  const folder = pinsLakeFolder(records);
  if (existsSync(folder)) return;
  const unfinished = `${folder}.${process.pid}`;
  rmSync(unfinished, { recursive: true, force: true });
  const table = tableIn(unfinished);
  const job = archive({ from: pinsSource(records), to: table, flushRows: fileRows });
  await run(job, { mode: 'live', report: false, batchRows });
  await compact(table, { fileRows });
  renameSync(unfinished, folder);
}

function tableIn(folder: string): ArchiveTable<typeof RawPin.fields> {
  return lake({ root: folder }).table('pins', RawPin);
}
