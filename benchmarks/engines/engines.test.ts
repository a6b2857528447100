import { rmSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { engineNames, loadEngine, loadSuite, suiteNames } from '../harness/catalogue.js';
import { pinsLakeFolder } from '../pinterest/pins-table.js';

/** So many that there are re-posts and more than one window. */
const records = 62_000;

// Those that need a server are tried where the servers are.
const offline = (await Promise.all(suiteNames().map(async (name) => [name, await loadSuite(name)] as const)))
  .filter(([, { server }]) => server === undefined)
  .map(([name]) => name);
const cases = offline.flatMap((suite) => engineNames(suite).map((engine) => [suite, engine] as const));

// What an older version of the lake has written says nothing about this one.
beforeAll(() => rmSync(pinsLakeFolder(records), { recursive: true, force: true }));

describe('every engine is right', () => {
  test.each(cases)(
    '%s: %s',
    async (suiteName, engineName) => {
      const suite = await loadSuite(suiteName);
      await suite.prepare(records);
      const engine = await loadEngine(engineName, suiteName);
      const loaded = await engine.load(records);
      const answer = await loaded.run(() => undefined);
      expect(typeof answer === 'string' ? answer : answer()).toBe(suite.answer(records));
    },
    60_000,
  );
});
