import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pinsLakeFolder } from './pins-table.js';

interface LogLine {
  readonly add?: { readonly path: string };
  readonly remove?: { readonly path: string };
}

/** The Parquet files of the table of pins, by its log: compaction leaves those that it replaced where they are. */
export function pinsTableFiles(records: number): string[] {
  const table = join(pinsLakeFolder(records), 'pins');
  const log = join(table, '_delta_log');
  const paths = new Set<string>();
  for (const commit of readdirSync(log)
    .filter((name) => /^\d{20}\.json$/.test(name))
    .sort()) {
    for (const line of readFileSync(join(log, commit), 'utf8').trimEnd().split('\n')) {
      const { add, remove } = JSON.parse(line) as LogLine;
      if (remove !== undefined) paths.delete(remove.path);
      if (add !== undefined) paths.add(add.path);
    }
  }
  return Array.from(paths, (path) => join(table, decodeURIComponent(path)));
}
