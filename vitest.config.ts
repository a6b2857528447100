import { defineConfig } from 'vitest/config';

/** Unit and type tests run on the sources, so that no build stands between an edit and its test. */
const sources = [
  { find: /^@millrace\/(core|operators)$/, replacement: `${import.meta.dirname}/packages/$1/src/index.ts` },
  {
    find: /^@millrace\/(core|connectors)\/([a-z-]+)$/,
    replacement: `${import.meta.dirname}/packages/$1/src/$2/index.ts`,
  },
];

export default defineConfig({
  test: {
    projects: [
      {
        resolve: { alias: sources },
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'examples/**/*.test.ts', 'benchmarks/**/*.test.ts', '*.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**'],
        },
      },
    ],
  },
});
