import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { servicesNeededBy } from './needed.js';

describe('the servers that test files need', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'needed-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  /** Writes files and gives what the first of them needs. */
  const needs = (files: Readonly<Record<string, string>>): readonly string[] => {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    return servicesNeededBy([join(folder, Object.keys(files)[0]!)]);
  };

  test('none, where none is asked for', () => {
    expect(needs({ 'a.test.ts': `import { lake } from '@millrace/connectors/lake'; // kafka, redis` })).toEqual([]);
  });

  test('those of the shared ones that are named', () => {
    expect(needs({ 'a.test.ts': 'const { kafka, s3 } = sharedServices();' })).toEqual(['kafka', 's3']);
    expect(needs({ 'a.test.ts': 'const url = sharedServices().postgres;' })).toEqual(['postgres']);
  });

  test('those whose variable is read, also in what is imported and in programs that are started', () => {
    const files = {
      'kafka/a.test.ts': `import { brokers } from '../near/brokers.js'; new URL('./child.mjs', import.meta.url);`,
      'near/brokers.ts': `import { a } from '../kafka/a.test.js'; process.env['KAFKA_BROKERS'];`,
      'kafka/child.mjs': `process.env.REDIS_URL`,
    };
    expect(needs(files)).toEqual(['kafka', 'redis']);
  });
});
