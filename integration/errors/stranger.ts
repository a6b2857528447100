import { execFile, execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '../..');

interface Manifest {
  readonly dependencies?: { readonly [name: string]: string };
}

/** Options of the runtime, and arguments of the program. */
export interface HowToRun {
  readonly options?: readonly string[];
  readonly args?: readonly string[];
}

/** A project of somebody who has installed the packages. */
export interface StrangersProject {
  readonly folder: string;
  /** Runs a program of this folder with `node` or `tsx`, and gives what it has printed. */
  run(command: 'node' | 'tsx', program: string, how?: HowToRun): Promise<string>;
}

/**
 * Makes a project whose `node_modules` holds the packages as they are packed for publishing, and what they depend on.
 */
export function strangersProject(
  folder: string,
  { without = [] }: { readonly without?: readonly string[] } = {},
): StrangersProject {
  const modules = join(folder, 'node_modules');
  // The peers that its programs use, and what the packages bring with them.
  const installed = new Set(['rxjs', 'parquet-wasm']);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module", "private": true }');
  for (const name of ['core', 'operators', 'connectors']) {
    const unpacked = join(modules, '@millrace', name);
    mkdirSync(unpacked, { recursive: true });
    execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder], {
      cwd: join(root, 'packages', name),
    });
    const tarball = readdirSync(folder).find((file) => file.startsWith(`millrace-${name}-`))!;
    execFileSync('tar', ['-xzf', join(folder, tarball), '--strip-components=1', '-C', unpacked]);
    const { dependencies = {} } = JSON.parse(readFileSync(join(unpacked, 'package.json'), 'utf8')) as Manifest;
    for (const each of Object.keys(dependencies)) installed.add(each);
  }
  for (const name of installed) {
    if (!without.includes(name)) symlinkSync(join(root, 'node_modules', name), join(modules, name));
  }
  const tsx = join(root, 'node_modules/tsx/dist/cli.mjs');
  return {
    folder,
    async run(command, program, { options = [], args = [] } = {}) {
      // Plain JavaScript is TypeScript as well.
      const target = join(folder, command === 'tsx' ? program.replace(/\.mjs$/, '.ts') : program);
      copyFileSync(join(import.meta.dirname, program), target);
      const all = [...(command === 'node' ? [] : [tsx]), ...options, target, ...args];
      return (await promisify(execFile)(process.execPath, all, { cwd: folder })).stdout;
    },
  };
}
