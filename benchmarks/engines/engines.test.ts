import { describe, expect, test } from 'vitest';
import { engineNames, loadEngine, loadSuite, suiteNames } from '../harness/catalogue.js';

const records = 20_000;

const cases = suiteNames().flatMap((suite) => engineNames(suite).map((engine) => [suite, engine] as const));

describe('every engine is right', () => {
  test.each(cases)(
    '%s: %s',
    async (suiteName, engineName) => {
      const suite = await loadSuite(suiteName);
      await suite.prepare(records);
      const engine = await loadEngine(engineName, suiteName);
      const loaded = await engine.load(records);
      expect(await loaded.run()).toBe(suite.answer(records));
    },
    60_000,
  );
});
