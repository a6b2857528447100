import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { addressVariables } from './environment.js';
import { nearFiles } from './near-files.js';
import type { ServiceName } from './server.js';

/** What a test says when it means a server that is shared: the variable itself, or the word beside `sharedServices`. */
const words: Readonly<Record<ServiceName, RegExp>> = {
  kafka: /\bkafka\b/,
  redis: /\bredis\b/,
  postgres: /\bpostgres\b/,
  s3: /\bs3\b/,
};

const names = Object.keys(words) as readonly ServiceName[];

/**
 * The shared servers that test files use, by their text and by that of the files whose paths they write: what they
 * import and the programs that they start. One too many costs a start; one too few is an error in the test that
 * asks for it, never a skip.
 */
export function servicesNeededBy(testFiles: readonly string[]): readonly ServiceName[] {
  const files = new Set(testFiles.map((file) => resolve(file)).filter(isElsewhere));
  const needed = new Set<ServiceName>();
  for (const file of files) {
    const text = readFileSync(file, 'utf8');
    for (const name of namesIn(text)) needed.add(name);
    for (const near of nearFiles(file, text).filter(isElsewhere)) files.add(near);
  }
  return names.filter((name) => needed.has(name));
}

function namesIn(text: string): readonly ServiceName[] {
  const asks = text.includes('sharedServices(');
  return names.filter((name) => text.includes(addressVariables[name]) || (asks && words[name].test(text)));
}

/** The files of this folder name the servers, and share none. */
function isElsewhere(path: string): boolean {
  return dirname(path) !== import.meta.dirname;
}
