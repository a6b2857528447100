/**
 * The rules of the repository, as an ordinary test: what a reviewer would otherwise have to say again and again.
 *
 * Limits are ratchets: what is over a limit today stands in a list with its size, may shrink and may not grow,
 * and leaves the list when it is under the limit. The lists are meant to be empty.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = import.meta.dirname;

/** Sources under packages that have more lines than `linesMax`, and how many they may have. */
const longSources: Readonly<Record<string, number>> = {};
const linesMax = 250;

/** Folders are named after ideas of the domain: these say only that nobody knew where to put a thing. */
const emptyNames = ['utils', 'util', 'helpers', 'helper', 'common', 'misc', 'internal', 'lib', 'shared'];

const packages = ['core', 'operators', 'connectors'];
const files = walk(root);
const code = files.filter((file) => /\.[cm]?[jt]s$/.test(file));
const tests = code.filter((file) => /\.(test|test-d)\.ts$/.test(file));
const sources = code.filter((file) => /^packages\/[^/]+\/src\//.test(file) && !tests.includes(file));

describe('names', () => {
  test('no folder and no file is named after nothing', () => {
    const named = (file: string): boolean =>
      file.split('/').some((part) => emptyNames.includes(part.replace(/\..*$/, '')));
    expect(files.filter(named)).toEqual([]);
  });

  test('folders and code are kebab-case, and a suffix tells the kind of file', () => {
    const kinds = ['test', 'property.test', 'test-d', 'reference', 'contract', 'bench', 'config'];
    const folder = /^\.?[a-z0-9]+(-[a-z0-9]+)*$/;
    const file = new RegExp(
      `^\\.?[a-z0-9]+(-[a-z0-9]+)*(\\.(${kinds.join('|').replaceAll('.', '\\.')}))?\\.[cm]?[jt]s$`,
    );
    const misnamed = code.filter((path) => {
      const folders = path.split('/').slice(0, -1);
      return !file.test(basename(path)) || !folders.every((name) => folder.test(name));
    });
    expect(misnamed).toEqual([]);
  });
});

describe('leftovers', () => {
  test('every test runs: none is alone, left out or only planned', () => {
    const partial =
      /\b(describe|suite|it|test|bench)(\.\w+|\([^()]*\))*\.(only|skip|skipIf|runIf|todo)\b|\b[xf](it|test|describe)\(/;
    expect(linesWith(partial, tests)).toEqual([]);
  });

  test('what is to be done stands in an issue, not in the code', () => {
    const marks = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'HA' + 'CK'].join('|')})\\b`);
    expect(linesWith(marks, files.filter(isText))).toEqual([]);
  });

  test('checks are switched off on a line and with a reason, never for a file', () => {
    expect(
      linesWith(/eslint-disable(?!-(next-)?line )|@ts-(nocheck|ignore)|eslint-disable-[a-z-]*line(?!.* -- )/, code),
    ).toEqual([]);
  });
});

describe('sources', () => {
  test('a name is exported under one name: there is no default export', () => {
    expect(linesWith(/^\s*export default\b|\bas default\b/, sources)).toEqual([]);
  });

  test(`no source is longer than ${String(linesMax)} lines`, () => {
    const tooLong = sources
      .map((file) => ({ file, lines: read(file).trimEnd().split('\n').length }))
      .filter(({ file, lines }) => lines > (longSources[file] ?? linesMax));
    expect(tooLong).toEqual([]);
  });

  test('the list of long sources is not longer than it must be', () => {
    const settled = Object.entries(longSources).filter(
      ([file, allowed]) =>
        !files.includes(file) || allowed <= linesMax || read(file).trimEnd().split('\n').length < allowed,
    );
    expect(settled).toEqual([]);
  });
});

describe('packages', () => {
  interface Manifest {
    readonly version: string;
    readonly license: string;
    readonly exports: Readonly<Record<string, unknown>>;
    readonly dependencies?: Readonly<Record<string, string>>;
    readonly devDependencies?: Readonly<Record<string, string>>;
    readonly peerDependencies?: Readonly<Record<string, string>>;
    readonly peerDependenciesMeta?: Readonly<Record<string, unknown>>;
  }
  const manifest = (folder: string): Manifest => JSON.parse(read(join(folder, 'package.json'))) as Manifest;

  test.each(packages)('%s exports src/<subpath>/index.ts as types and default, and nothing else', (name) => {
    const { 'package.json': _, ...exported } = Object.fromEntries(
      Object.entries(manifest(`packages/${name}`).exports).map(([path, target]) => [path.slice(2), target]),
    );
    for (const [path, target] of Object.entries(exported)) {
      const stem = path === '' ? 'index' : `${path}/index`;
      expect(target).toEqual({ types: `./dist/${stem}.d.ts`, default: `./dist/${stem}.js` });
      expect(files).toContain(`packages/${name}/src/${stem}.ts`);
    }
  });

  test('all packages have one version and ask for one another in that version', () => {
    const versions = new Set(packages.map((name) => manifest(`packages/${name}`).version));
    for (const folder of [...packages.map((name) => `packages/${name}`), 'examples', 'benchmarks']) {
      const { dependencies, devDependencies, peerDependencies } = manifest(folder);
      for (const wanted of [dependencies, devDependencies, peerDependencies]) {
        for (const [name, version] of Object.entries(wanted ?? {})) {
          if (name.startsWith('@millrace/')) versions.add(version);
        }
      }
    }
    expect([...versions]).toHaveLength(1);
  });

  test('versions are exact, but for the peers that a user brings', () => {
    const loose = ['.', 'examples', 'benchmarks', ...packages.map((name) => `packages/${name}`)].flatMap((folder) => {
      const { dependencies, devDependencies } = manifest(folder);
      return Object.entries({ ...dependencies, ...devDependencies }).filter(([, version]) => !/^\d/.test(version));
    });
    expect(loose).toEqual([]);
  });

  test.each(packages)('%s is tested with every peer that it declares, in a version that it allows', (name) => {
    const { peerDependencies = {}, devDependencies = {} } = manifest(`packages/${name}`);
    expect(Object.keys(devDependencies)).toEqual(expect.arrayContaining(Object.keys(peerDependencies)));
  });

  test('every package ships the licence of the repository', () => {
    for (const name of packages) {
      expect(read(`packages/${name}/LICENSE`)).toBe(read('LICENSE'));
      expect(manifest(`packages/${name}`).license).toBe(manifest('.').license);
    }
  });

  test('the lock file names no host', () => {
    expect(linesWith(/"resolved": "[a-z+]+:\/\//, ['package-lock.json'])).toEqual([]);
  });
});

function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (!entry.isDirectory()) return [relative(root, path)];
    const built = ['node_modules', 'dist', '.git', '.millrace', '.cache', 'coverage'].includes(entry.name);
    return built ? [] : walk(path);
  });
}

function isText(file: string): boolean {
  return /\.([cm]?[jt]s|json|md|ya?ml|sh|html|css)$/.test(file) || file.startsWith('.ci/');
}

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

function linesWith(pattern: RegExp, among: readonly string[]): string[] {
  return among
    .filter((file) => file !== 'tidy.test.ts')
    .flatMap((file) =>
      read(file)
        .split('\n')
        .flatMap((line, index) => (pattern.test(line) ? [`${file}:${String(index + 1)} ${line.trim()}`] : [])),
    );
}
