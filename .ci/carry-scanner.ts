/**
 * Writes the compiled JSON scanner of `packages/core/wasm` into the module of core that carries it. With `--check` it
 * writes nothing, and fails where the module carries another one.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = dirname(import.meta.dirname);
const compiled = readFileSync(join(root, 'node_modules/.cache/scanner.wasm'));
const target = join(root, 'packages/core/src/decode/scanner/compiled-scanner.ts');

const text = `// Compiled from packages/core/wasm by \`npm run build:scanner\`: change it there.

/** The scanner as base64. */
export const compiledScanner =
  '${compiled.toString('base64')}';
`;
if (!process.argv.includes('--check')) writeFileSync(target, text);
else if (readFileSync(target, 'utf8') !== text) {
  console.error('compiled-scanner.ts is not what packages/core/wasm compiles to. Run npm run build:scanner.');
  process.exitCode = 1;
}
