import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * The files whose paths stand in quotes in a file, as `./x.js`, `../x.mjs` or, beside it, `x.mjs`; `.js` means the `.ts`
 * beside. What it imports is among them, and the programs that it starts; types alone are not.
 */
export function nearFiles(file: string, text = readFileSync(file, 'utf8')): readonly string[] {
  const code = text.replaceAll(/^(import|export) type [^;]*;/gm, '');
  return [...code.matchAll(/['"`]((?:\.{1,2}\/)?[\w./-]+\.(?:js|mjs|ts))['"`]/g)]
    .map((match) => resolve(dirname(file), match[1]!))
    .flatMap((path) => [path, path.replace(/\.js$/, '.ts')])
    .filter((path) => existsSync(path) && statSync(path).isFile());
}
