/**
 * Every code has a page in `docs/errors`, and every page shows what a real mistake prints: a case makes the mistake
 * through the packages as they are built, and its message and data are held against the page. `UPDATE_ERRORS=1` writes
 * them into the page instead; the words around them are a person's.
 *
 * The line that an error names is that of the case below a comment `// ↓`, and it names none where there is no such
 * comment. Pages show it as a line of `pins.ts`, so that they do not change with every edit of a test.
 */
import type { ErrorCode } from '@millrace/core';
import type { recordSentences } from '@millrace/core/operate';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

/** What is looked at of an error; one that another process has thrown comes as JSON. */
export interface Thrown {
  readonly code: string;
  readonly message: string;
  readonly where?: string | undefined;
  readonly data: unknown;
}

/** What is known of a record that was put aside. */
export type AsideRow = { readonly [field: string]: unknown };

/** The folder of the pages. */
export const pagesFolder: string = join(import.meta.dirname, '../../docs/errors');

/** A case of a code that is thrown: `mistake` throws it, or gives it. */
export function raises(code: ErrorCode, mistake: () => unknown): void {
  test(code, async () => {
    const thrown = await thrownBy(mistake);
    expect(thrown.code).toBe(code);
    expectUsersLine(code, thrown.where);
    holdAgainstPage(code, thrown.message, thrown.data);
  });
}

/** A case of a code that puts a record aside: `mistake` gives what the sink `late` or `rejected` holds then. */
export function putsAside(
  code: keyof typeof recordSentences | ErrorCode,
  mistake: () => Promise<readonly AsideRow[]>,
): void {
  test(code, async () => {
    const rows = await mistake();
    expect(rows).toHaveLength(1);
    const { source, partition, offset, operator, field, sentence, code: found } = rows[0]!;
    expect(found).toBe(code);
    const record = { source, partition, offset: Number(offset), operator, field };
    const place = `  record  ${String(source)}, partition ${String(partition)}, offset ${String(offset)}`;
    holdAgainstPage(code, `${code}  ${String(sentence)}\n${place}\n  from    ${String(operator)}`, record);
  });
}

/** A folder that is there until the test has finished; pages call it `/data`. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-errors-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function thrownBy(mistake: () => unknown): Promise<Thrown> {
  let given: unknown;
  try {
    given = await mistake();
  } catch (error) {
    given = error;
  }
  if (typeof given === 'object' && given !== null && 'code' in given && 'message' in given) return given as Thrown;
  throw new Error('The mistake raised no error with a code.', { cause: given });
}

function expectUsersLine(code: string, where: string | undefined): void {
  const program = join(import.meta.dirname, basename(where?.replace(/:\d+:\d+$/, '') ?? testFile()));
  const lines = readFileSync(program, 'utf8').split('\n');
  const isTest = program === testFile();
  const from = isTest ? lines.findIndex((line) => line.startsWith(`raises('${code}'`)) : 0;
  const next = lines.findIndex((line, at) => at > from && /^(raises|putsAside)\(/.test(line));
  const to = isTest && next > 0 ? next : lines.length;
  const marks = [...lines.keys()].filter((at) => lines[at]!.trim() === '// ↓' && at > from && at < to);
  expect(marks.map((at) => at + 2)).toEqual(where === undefined ? [] : [Number(/:(\d+):\d+$/.exec(where)![1])]);
}

function testFile(): string {
  return expect.getState().testPath!;
}

function holdAgainstPage(code: string, message: string, data: unknown): void {
  const path = join(pagesFolder, `${code}.md`);
  const fences = [normal(message), normal(dataText(data))];
  if (process.env['UPDATE_ERRORS'] === '1') return update(path, code, fences);
  expect(existsSync(path), `${code} has no page: run with UPDATE_ERRORS=1, then write what it means`).toBe(true);
  expect(fencesOf(readFileSync(path, 'utf8'))).toEqual(fences);
}

/** The `text` fences of a page: the message and the data of its example. */
export function fencesOf(page: string): readonly string[] {
  return [...page.matchAll(/^```text\n([\s\S]*?)\n```$/gm)].map((match) => match[1]!);
}

function update(path: string, code: string, fences: readonly string[]): void {
  const [message, data] = fences.map((text) => `\`\`\`text\n${text}\n\`\`\``);
  if (!existsSync(path)) {
    writeFileSync(path, `# ${code}\n\n\n\n${message!}\n\nIts \`data\`:\n\n${data!}\n\n## What to do\n\n`);
    return;
  }
  let next = 0;
  const page = readFileSync(path, 'utf8').replaceAll(/^```text\n[\s\S]*?\n```$/gm, () => [message!, data!][next++]!);
  writeFileSync(path, page);
}

function dataText(data: unknown): string {
  const lines = Object.entries(data as object).map(([name, value]) => `  "${name}": ${JSON.stringify(value)}`);
  return `{\n${lines.join(',\n')}\n}`;
}

/** A text without what differs from run to run and from machine to machine. */
function normal(text: string): string {
  const placed = /(?:[A-Za-z]:)?[\\/][^\s"':]*[\\/]([\w.-]+\.(?:test\.ts|mjs)):(\d+):\d+/g;
  const lines = [...new Set([...text.matchAll(placed)].map((match) => Number(match[2])))].sort((a, b) => a - b);
  return text
    .replaceAll(placed, (_, __, line) => `pins.ts:${21 + 3 * lines.indexOf(Number(line))}:5`)
    .replaceAll(/[^\s"']*millrace-errors-\w+/g, '/data')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, uuidPlaces());
}

function uuidPlaces(): (uuid: string) => string {
  const seen: string[] = [];
  return (uuid) => {
    if (!seen.includes(uuid)) seen.push(uuid);
    const digit = 'abcdef'[seen.indexOf(uuid)]!.repeat(4);
    return `${digit}${digit}-${digit}-${digit}-${digit}-${digit.repeat(3)}`;
  };
}
