import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The files that the table of docs/architecture.md names, by law. */
function tabled(): ReadonlyMap<number, readonly string[]> {
  const rows = readFileSync(`${root}/docs/architecture.md`, 'utf8').matchAll(/^\| (\d+) .*\|$/gm);
  return new Map([...rows].map(([row, law]) => [Number(law), [...row.matchAll(/`([^`]+\.test\.ts)`/g)].map(([, file]) => file!)])); // prettier-ignore
}

/** The first argument of a call that is a text and speaks of laws: the title of a test. */
function titlesIn(text: string): readonly string[] {
  return [...text.matchAll(/\(\s*(['"`])((?:(?!\1).)*\blaws? \d+(?:(?!\1).)*)\1/gi)].map(([, , title]) => title!);
}

/** The numbers of "law 1", "laws 1 and 2", "laws 1, 2 and 3" and "law 7, case 40b". */
function lawsNamed(title: string): readonly number[] {
  const named = title.matchAll(/\blaws? (\d+(?:(?:, | and |, and )\d+\b)*)/gi);
  return [...named].flatMap(([, numbers]) => [...numbers!.matchAll(/\d+/g)].map(([law]) => Number(law)));
}

/** The laws that the titles of tests name, by file. */
function titled(): ReadonlyMap<string, ReadonlySet<number>> {
  const files = ['packages', 'examples', 'integration', 'benchmarks'].flatMap((folder) =>
    readdirSync(`${root}/${folder}`, { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`),
  );
  const tests = files.filter((file) => /(?<!node_modules.*)\.test\.ts$/.test(file) && !file.includes('/dist/'));
  return new Map(
    tests.flatMap((file) => {
      const laws = new Set(titlesIn(readFileSync(`${root}/${file}`, 'utf8')).flatMap(lawsNamed));
      return laws.size === 0 ? [] : [[file, laws] as const];
    }),
  );
}

describe('the table of laws and tests', () => {
  test('has all ten laws, and at least one test for each', () => {
    expect([...tabled().keys()]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    for (const files of tabled().values()) expect(files).not.toEqual([]);
  });

  test('is compared with every law of a title', () => {
    const titles = [
      'a (laws 1 and 2)',
      'Law 10: b',
      'laws 3, 4, and 5, in turn',
      'law 7, case 40b',
      'law 8; law 9',
      'by law',
    ];
    expect(titles.map(lawsNamed)).toEqual([[1, 2], [10], [3, 4, 5], [7], [8, 9], []]);
  });

  test('knows every law that a title names', () => {
    const known = new Set(tabled().keys());
    const unknown = [...titled()].flatMap(([file, laws]) => [...laws].filter((law) => !known.has(law)).map((law) => `${law} ${file}`)); // prettier-ignore
    expect(unknown).toEqual([]);
  });

  test('names only tests whose titles name the law', () => {
    const tests = titled();
    const untrue = [...tabled()].flatMap(([law, files]) => files.filter((file) => !tests.get(file)?.has(law)).map((file) => `${law} ${file}`)); // prettier-ignore
    expect(untrue).toEqual([]);
  });

  test('names every test whose title names a law', () => {
    const table = tabled();
    const missing = [...titled()].flatMap(([file, laws]) => [...laws].filter((law) => !table.get(law)?.includes(file)).map((law) => `${law} ${file}`)); // prettier-ignore
    expect(missing).toEqual([]);
  });
});
