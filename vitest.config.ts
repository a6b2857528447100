import { defineConfig } from 'vitest/config';
import { noServers, offlineTests } from './integration/services/offline.js';

/**
 * Unit and type tests run on the sources, so that no build stands between an edit and its test.
 * Integration tests start child processes and therefore run what is built, as a user would.
 */
const sources = [
  { find: /^@millrace\/(core|operators)$/, replacement: `${import.meta.dirname}/packages/$1/src/index.ts` },
  {
    find: /^@millrace\/(core|connectors)\/([a-z-]+)$/,
    replacement: `${import.meta.dirname}/packages/$1/src/$2/index.ts`,
  },
];

/** Random tests are multiplied by it, and take as much longer. */
const runs = Math.max(1, Number(process.env['MILLRACE_RUNS'] ?? '1'));

const built = ['**/node_modules/**', '**/dist/**'];

const offline = offlineTests();

/** Each of these starts, kills and restarts processes of its own: side by side on a small machine they would measure one another. */
const oneByOne = { fileParallelism: false, testTimeout: 120_000 * runs, hookTimeout: 120_000 };

export default defineConfig({
  test: {
    reporters: ['default', './.ci/closing-line.ts'],
    projects: [
      {
        resolve: { alias: sources },
        test: {
          name: 'unit',
          // The contracts write megabytes to disks that others use too.
          testTimeout: 20_000,
          setupFiles: ['./.ci/property-tests.ts'],
          include: ['packages/*/src/**/*.test.ts', 'examples/**/*.test.ts', 'benchmarks/**/*.test.ts', '*.test.ts'],
          exclude: built,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'types',
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            include: ['packages/*/src/**/*.test-d.ts', 'examples/**/*.test-d.ts', 'integration/**/*.test-d.ts'],
            exclude: built,
            tsconfig: './tsconfig.types.json',
          },
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'offline',
          include: [...offline],
          exclude: built,
          env: noServers,
          ...oneByOne,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'integration',
          include: ['integration/**/*.test.ts'],
          exclude: [...built, ...offline],
          globalSetup: ['./integration/services/global-setup.ts'],
          ...oneByOne,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
