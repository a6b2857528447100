import { errorEntries, recordSentences } from '@millrace/core/operate';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fencesOf, pagesFolder } from './page.js';

const codes = [...Object.keys(errorEntries), ...Object.keys(recordSentences)].sort();
const pages = readdirSync(pagesFolder)
  .filter((file) => file.startsWith('MILLRACE_'))
  .map((file) => file.replace(/\.md$/, ''))
  .sort();

/** The codes that some test of this folder triggers. */
const triggered = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.test.ts'))
  .flatMap((file) => [
    ...readFileSync(join(import.meta.dirname, file), 'utf8').matchAll(/^(?:raises|putsAside)\('(MILLRACE_\w+)'/gm),
  ])
  .map((match) => match[1]!);

test('every code has a page, and every page a code', () => {
  expect(pages).toEqual(codes);
});

test('every code is triggered, once', () => {
  expect(triggered.sort()).toEqual(codes);
});

describe('a page', () => {
  test.each(pages)('%s says what it means, shows it, and says what to do', (code) => {
    const page = readFileSync(join(pagesFolder, `${code}.md`), 'utf8');
    const [before, after] = page.split('## What to do\n');
    expect(fencesOf(page)).toHaveLength(2);
    const meaning = before!.replace(`# ${code}\n`, '').split('```', 1)[0]!.trim();
    expect(before).toMatch(new RegExp(`^# ${code}\n`));
    expect(meaning.length).toBeGreaterThan(60);
    expect(meaning.match(/\.(?=\s|$)/g)!.length).toBeGreaterThanOrEqual(2);
    expect(after!.trim().length).toBeGreaterThan(40);
  });

  test('of every code is in the index, with its first sentence', () => {
    const lines = pages.map((code) => {
      const page = readFileSync(join(pagesFolder, `${code}.md`), 'utf8');
      const meaning = page.split('\n').slice(2).join(' ');
      return `- [${code}](${code}.md): ${/^.*?\.(?=\s)/.exec(meaning)![0]}`;
    });
    const index = readFileSync(join(pagesFolder, 'README.md'), 'utf8');
    expect(index.replaceAll(/\n {2}/g, ' ').match(/^- .*$/gm)).toEqual(lines);
  });
});
