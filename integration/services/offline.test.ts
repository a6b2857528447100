import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { nearFiles } from './near-files.js';
import { noServers, offlineTests, usesServer } from './offline.js';
import { sharedServices, startService } from './services.js';

const root = join(import.meta.dirname, '../..');
const asks = /\b(sharedServices|startServices?|startEach|startInstance|ownServers?|startMain)\(/;

/** The files that a test is made of, whatever they are. */
function partsOf(file: string): readonly string[] {
  const files = new Set([join(root, file)]);
  for (const part of files) for (const near of nearFiles(part)) files.add(near);
  return [...files];
}

/** A file without what stands in quotes. */
const codeOf = (file: string): string => readFileSync(file, 'utf8').replaceAll(/'[^'\n]*'|`[^`]*`/g, '');

test('what asks for a server is never offline, and what asks for none always is', () => {
  const files = readdirSync(join(root, 'integration'), { recursive: true, encoding: 'utf8' });
  const tests = files.filter((file) => file.endsWith('.test.ts')).map((file) => `integration/${file}`);
  const asking = tests.filter((file) => partsOf(file).some((part) => asks.test(codeOf(part))));
  expect([...offlineTests()]).toEqual(tests.filter((file) => !asking.includes(file)).sort());
  expect(asking.length).toBeGreaterThan(20);
  expect(offlineTests().length).toBeGreaterThan(20);
});

test('a server is found behind imports, and in programs that are started; a type is no server', () => {
  const folder = mkdtempSync(join(root, 'integration/.cache-offline-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  write('child.mjs', `import '../services/services.js';`);
  write('own.ts', `export { startInstance } from '../services/instance.js';`);
  const all = [
    write('a.test.ts', `import { own } from './own.js';`),
    write('b.test.ts', `fork(join(import.meta.dirname, 'child.mjs'));`),
    write('c.test.ts', `import { tcpProxy } from '../services/tcp-proxy.js';`),
    write(
      'd.test.ts',
      `import type { RunningService } from '../services/services.js';\nimport { x } from 'services.js';`,
    ),
  ];
  expect(all.map(usesServer)).toEqual([true, true, false, false]);
});

test('a test that is offline and asks for a server all the same is told so', async () => {
  const before = { ...process.env };
  onTestFinished(() => void (process.env = before));
  Object.assign(process.env, noServers);
  const told = 'There is no redis in the project "offline"';
  expect(() => sharedServices().redis).toThrow(told);
  await expect(startService('redis')).rejects.toThrow(told);
});
