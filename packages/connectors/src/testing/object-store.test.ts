import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memoryStore } from '@millrace/core';
import { folder } from '@millrace/core/folder';
import { objectStoreContract } from './index.js';

objectStoreContract(
  { describe, it },
  {
    name: 'memoryStore()',
    async make() {
      const store = memoryStore();
      return { store, again: async () => store };
    },
  },
);

objectStoreContract(
  { describe, it },
  {
    name: 'folder(path)',
    async make() {
      const path = await mkdtemp(join(tmpdir(), 'millrace-'));
      return {
        store: folder(path),
        again: async () => folder(path),
        dispose: () => rm(path, { recursive: true }),
      };
    },
  },
);

describe('a contract', () => {
  it('refuses a gap that is no case', () => {
    const make = async () => ({ store: memoryStore(), again: async () => memoryStore() });
    expect(() => objectStoreContract({ describe, it }, { name: 'x', make, knownGaps: { nonsense: 'none' } })).toThrow(
      'no case "nonsense"',
    );
  });

  it('runs a known gap, and turns red once it has closed', async () => {
    const outcomes = await outcomesOf((runner) =>
      objectStoreContract(runner, {
        name: 'one that lets everybody win',
        async make() {
          const store = { ...memoryStore(), create: async () => true };
          return { store, again: async () => store };
        },
        knownGaps: {
          'create makes an object once, and never changes one': 'always true',
          'a prefix is no object': 'holds after all',
        },
      }),
    );
    const failed = [...outcomes].filter(([, error]) => error !== undefined).map(([name]) => name);
    expect(failed).toEqual([
      'a prefix is no object (known gap: holds after all)',
      'of 100 racing creates one wins, and its bytes stay',
      'keys that could leave the store are refused',
    ]);
  });
});

async function outcomesOf(
  run: (runner: { describe: typeof describeNow; it: (name: string, body: () => Promise<void>) => void }) => void,
): Promise<Map<string, unknown>> {
  const bodies = new Map<string, () => Promise<void>>();
  run({ describe: describeNow, it: (name, body) => bodies.set(name, body) });
  const outcomes = new Map<string, unknown>();
  for (const [name, body] of bodies) outcomes.set(name, await body().then(() => undefined, (error: unknown) => error)); // prettier-ignore
  return outcomes;
}

function describeNow(_: string, body: () => void): void {
  body();
}
