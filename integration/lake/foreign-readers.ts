import { join } from 'node:path';
import { cached } from '../services/cache.js';
import { execute } from '../services/execute.js';
import { findProgram } from '../services/find-program.js';
import { sharedServices } from '../services/services.js';

/** A table, and one row that is asked of it: SQL over `t`, each column a text or a whole number. */
export interface Question {
  readonly uri: string;
  readonly query: string;
}

type Row = { readonly [column: string]: string | null };

/** What both readers say. */
export interface Answer {
  readonly version: number;
  readonly duckdb: Row;
  readonly deltaRs: Row;
}

// DuckDB loads its extensions from its own site, which a machine of tests need not reach; those of this version are also
// packages of pip.
const duckdb = '1.4.4';
const extensions = `${duckdb}.20260205`;
const deltaRs = '1.6.6';
const packages = [
  `duckdb==${duckdb}`,
  `duckdb-ext-delta==${extensions}`,
  `duckdb-ext-httpfs==${extensions}`,
  `deltalake==${deltaRs}`,
];

/** Asks DuckDB's delta extension and delta-rs, both in one process of Python. They are fetched by pip, once. */
export async function askForeignReaders(tables: readonly Question[]): Promise<readonly Answer[]> {
  const python = findProgram('python3');
  if (python === undefined) throw new Error('The lake is read by DuckDB and delta-rs in Python: install python3.');
  const folder = await cached(
    `foreign-readers-${duckdb}-${deltaRs}`,
    `fetching ${packages.join(', ')} by pip, once; some 150 MB`,
    async (half) => {
      await execute(python, ['-m', 'pip', 'install', '-q', '--target', half, ...packages]);
    },
  );
  const s3 = tables.some(({ uri }) => uri.startsWith('s3:')) ? sharedServices().s3 : null;
  const script = join(import.meta.dirname, 'foreign-read.py');
  const printed = await execute(python, [script, JSON.stringify({ s3, tables })], { env: { PYTHONPATH: folder } });
  return JSON.parse(printed.trim().split('\n').at(-1)!) as Answer[];
}
