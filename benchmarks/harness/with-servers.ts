import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { benchmarksFolder } from '../places.js';
import type { ServerName } from './suite.js';

const variables: { readonly [S in ServerName]: string } = { kafka: 'KAFKA_BROKERS' };
const repository = dirname(benchmarksFolder);

/**
 * Runs this command once more beside servers that the environment does not name, and gives its exit code; undefined
 * where there is nothing to start. They are those of the tests, and gone afterwards.
 */
export function withServers(servers: readonly ServerName[], args: readonly string[]): number | undefined {
  const missing = servers.filter((name) => (process.env[variables[name]] ?? '') === '');
  if (missing.length === 0) return undefined;
  const runWith = join(repository, 'integration/services/run-with.ts');
  const command = ['--import', 'tsx', runWith, ...missing, '--', process.execPath, process.argv[1]!, ...args];
  return spawnSync(process.execPath, command, { cwd: repository, stdio: 'inherit' }).status ?? 1;
}
