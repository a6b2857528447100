import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import ts from 'typescript-eslint';

/**
 * Sources with a function of more than `functionLinesMax` lines, and how many it may have: a ratchet. An entry may
 * shrink, never grow, and goes when it is not needed. The list is meant to be empty.
 *
 * @type {Readonly<Record<string, number>>}
 */
const longFunctions = {};
const functionLinesMax = 70;

/** @param {number} max */
const functionLines = (max) => ({
  'max-lines-per-function': ['error', { max, skipBlankLines: true, skipComments: true }],
});

const tests = ['**/*.test.ts', '**/*.test-d.ts'];

/**
 * Globals that only Node has. Core, operators and the memory connector also run in a browser, where the quick start of
 * the documentation lives; what needs Node there is in a folder named `folder`.
 */
const nodeOnly = ['Buffer', 'process', 'global', 'require', 'module', '__dirname', '__filename', 'setImmediate'];

export default defineConfig(
  // packages/core/wasm is AssemblyScript: what it means is not what TypeScript takes it for.
  globalIgnores(['**/dist/', '**/node_modules/', '.cache/', 'packages/core/wasm/']),
  js.configs.recommended,
  ts.configs.strictTypeChecked,
  ts.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: 'error',
      'no-constant-condition': ['error', { checkLoops: 'allExceptWhileTrue' }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/consistent-type-exports': ['error', { fixMixedExportsWithInlineTypeSpecifier: true }],
      // A leading underscore says that a name is there for its place only.
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'all', reportUsedIgnorePattern: true },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // A kernel's index into a typed array is in bounds by its loop; a check there would cost and say nothing.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Both sides of a boundary assert what cannot be: a caller in JavaScript has no types.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // A kernel counts: its index is also that of the validity bit, the offset and the other column.
      '@typescript-eslint/prefer-for-of': 'off',
      // Numbers read well in a sentence; everything else is turned into text on purpose.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/restrict-plus-operands': ['error', { allowNumberAndString: true }],
      // `return report(error)` in a function without a result is a good way to leave early.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // Both say a thing well: an interface a contract, a type alias a union or a record.
      '@typescript-eslint/consistent-type-definitions': 'off',
      // The name of an index says what it is: { [column: string]: Column }.
      '@typescript-eslint/consistent-indexed-object-style': 'off',
      // A hook with a safe default is an empty function.
      '@typescript-eslint/no-empty-function': 'off',
      // A contract may ask for a promise where an implementation has nothing to wait for.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['packages/*/src/**/*.ts'],
    ignores: tests,
    rules: { 'no-console': 'error', ...functionLines(functionLinesMax) },
  },
  ...Object.entries(longFunctions).map(([file, lines]) => ({ files: [file], rules: functionLines(lines) })),
  {
    files: ['packages/{core,operators}/src/**/*.ts', 'packages/connectors/src/memory/**/*.ts'],
    ignores: [...tests, 'packages/core/src/{folder,testing}/**', 'packages/connectors/src/memory/folder/**'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...nodeOnly.map((name) => ({ name, message: 'Only Node has it: this code also runs in a browser.' })),
      ],
    },
  },
  {
    files: tests,
    rules: {
      // A test says what it expects of a value that the types leave open.
      '@typescript-eslint/no-floating-promises': ['error', { checkThenables: true }],
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  { files: ['**/*.js', '**/*.mjs'], extends: [ts.configs.disableTypeChecked] },
);
