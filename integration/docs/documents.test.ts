import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { fencesOfMarkdown } from './fences.js';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

describe('README', () => {
  test('shows the program of examples/first.ts, which fits on one screen', () => {
    const [program] = fencesOfMarkdown(root, 'README.md');
    expect(program).toMatchObject({ info: 'ts', text: read('examples/first.ts') });
    expect(program!.text.trim().split('\n').length).toBeLessThanOrEqual(26);
  });

  test('has at most 200 lines', () => {
    expect(read('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(200);
  });

  test('names scripts that are there, and the version that is there', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const { version } = JSON.parse(read('packages/core/package.json')) as { version: string };
    const named = [...read('README.md').matchAll(/npm run ([\w:]+)/g)].map(([, script]) => script!);
    expect(named).toEqual(expect.arrayContaining(['demo', 'check', 'build']));
    expect(named.filter((script) => !(script in scripts))).toEqual([]);
    expect(read('README.md')).toContain(`version, ${version}`);
  });
});

test('the tables of connectors name every subpath of the package, and no other', () => {
  const { exports } = JSON.parse(read('packages/connectors/package.json')) as { exports: Record<string, unknown> };
  const subpaths = Object.keys(exports).filter((path) => path !== './package.json').map((path) => path.slice(1)).sort(); // prettier-ignore
  const row = /^\| `@millrace\/connectors` .*$/m.exec(read('README.md'))![0];
  expect(row).toContain('and the contracts for your own');
  const inReadme = [...row.matchAll(/`(\/[a-z0-9]+)`/g)].map(([, path]) => path!);
  expect([...inReadme, '/testing'].sort()).toEqual(subpaths);
  const table = read('packages/connectors/README.md').matchAll(/^\| `@millrace\/connectors(\/[a-z0-9]+)` /gm);
  expect([...table].map(([, path]) => path!).sort()).toEqual(subpaths);
});

test('every link of a document leads somewhere', () => {
  const documents = [
    'README.md',
    'CHANGELOG.md',
    ...['docs', 'examples', 'benchmarks', 'packages'].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.md') && !file.includes('node_modules'))
        .map((file) => `${folder}/${file}`),
    ),
  ];
  const broken = documents.flatMap((document) =>
    [...read(document).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link]) => {
      if (/^[a-z]+:/.test(link!)) return [];
      const [path, anchor] = link!.split('#');
      const target = path === '' ? document : join(dirname(document), path!);
      const ok = existsSync(join(root, target)) && (anchor === undefined || anchorsOf(target).includes(anchor));
      return ok ? [] : [`${document}: ${link!}`];
    }),
  );
  expect(broken).toEqual([]);
});

/** The anchors of the headings of a document, as Git hosts make them. */
function anchorsOf(document: string): string[] {
  const headings = [...read(document).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading!.toLowerCase());
  return headings.map((heading) => heading.replaceAll(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-'));
}
