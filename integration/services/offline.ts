import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { reasonVariables } from './environment.js';
import { nearFiles } from './near-files.js';

const integration = join(import.meta.dirname, '..');

/** The files through which a test comes to a server: one that all share, or one of its own. */
const ways = ['services', 'instance', 'main'].map((name) => join(import.meta.dirname, `${name}.ts`));

/** Whether a test file uses a server, by what it imports and the programs that it starts, and what these do. */
export function usesServer(testFile: string): boolean {
  const files = new Set([testFile]);
  for (const file of files) {
    if (ways.includes(file)) return true;
    for (const near of nearFiles(file)) files.add(near);
  }
  return false;
}

/** The integration tests that use no server, as paths from the root of the repository. */
export function offlineTests(): readonly string[] {
  return readdirSync(integration, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts') && !usesServer(join(integration, file)))
    .map((file) => `integration/${file}`)
    .sort();
}

/** Lets a test fail that asks for a server all the same. */
export const noServers: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(reasonVariables).map(([name, variable]) => [
    variable,
    `There is no ${name} in the project "offline": offline.ts has not seen that this test uses it.`,
  ]),
);
