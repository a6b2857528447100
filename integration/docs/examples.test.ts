/**
 * Every example of the documents and of TSDoc is compiled against the packages as they are built, run, and held to what
 * it says that it prints: in a comment behind `console.log(…);`, or in the `text` fence that follows it.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';
import ts from 'typescript';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { fencesOfMarkdown, fencesOfSource, type Fence } from './fences.js';

const root = new URL('../..', import.meta.url).pathname.replace(/\/$/, '');
const cache = `${root}/node_modules/.cache/documented-examples`;

/** May grow and not shrink: an example that vanishes is a loss that nobody would notice. */
const examplesMin = 60;

const infos = ['ts', 'text', 'sh', 'mermaid'];

const packages = ['core', 'operators', 'connectors'];
const documents = [
  'README.md',
  'CHANGELOG.md',
  ...filesIn('docs', /\.md$/),
  ...packages.map((name) => `packages/${name}/README.md`),
];
const sources = packages.flatMap((name) => filesIn(`packages/${name}/src`, /(?<!\.test|\.test-d)\.ts$/));

const perFile = [
  ...documents.map((file) => fencesOfMarkdown(root, file)),
  ...sources.map((file) => fencesOfSource(root, file)),
];
const examples = perFile.flatMap((fences) => fences.flatMap((fence, i) => exampleOf(fence, fences[i + 1])));

const named = examples.map((example) => [example.name, example] as const);

interface Example {
  readonly name: string;
  readonly code: string;
  /** Where it is written to be compiled, without the ending. */
  readonly stem: string;
  /** What it prints, as comments behind its calls say. */
  readonly remarks: readonly string[];
  /** The whole output, with what goes to the error stream, where a `text` fence follows. */
  readonly output: string | undefined;
}

function filesIn(folder: string, kind: RegExp): string[] {
  const files = readdirSync(`${root}/${folder}`, { recursive: true, encoding: 'utf8' });
  return files.filter((file) => kind.test(file)).map((file) => `${folder}/${file}`).sort(); // prettier-ignore
}

function exampleOf(fence: Fence, next: Fence | undefined): Example[] {
  if (fence.info !== 'ts') return [];
  const { file, line, text } = fence;
  return [
    {
      name: `${file}:${line}`,
      code: text,
      stem: `${cache}/${file.replaceAll(/[^\w]+/g, '-')}-${line}`,
      remarks: [...text.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map((match) => match[1]!),
      output: next?.info === 'text' ? next.text : undefined,
    },
  ];
}

let problems: ReadonlyMap<string, readonly string[]>;

beforeAll(() => {
  rmSync(cache, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  for (const { stem, code } of examples) writeFileSync(`${stem}.mts`, `${code}\nexport {};\n`);
  problems = compile(examples.map(({ stem }) => `${stem}.mts`));
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** Compiles all together, as a strict user would, and gives what is wrong by file. */
function compile(files: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const program = ts.createProgram(files, {
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts'],
    module: ts.ModuleKind.NodeNext,
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    types: ['node'],
    typeRoots: [`${root}/node_modules/@types`],
  });
  const { diagnostics } = program.emit();
  const found = new Map<string, string[]>();
  for (const { file, start, messageText } of [...ts.getPreEmitDiagnostics(program), ...diagnostics]) {
    const text = ts.flattenDiagnosticMessageText(messageText, '\n');
    const name = file?.fileName ?? '';
    const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start ?? 0).line + 1;
    found.set(name, [...(found.get(name) ?? []), `line ${line}: ${text}`]);
  }
  return found;
}

describe('examples', () => {
  test('there are as many as there were', () => {
    expect(examples.length).toBeGreaterThanOrEqual(examplesMin);
  });

  test('every fence says what it holds', () => {
    const strange = perFile.flat().filter(({ info }) => !infos.includes(info));
    expect(strange.map(({ file, line, info }) => `${file}:${line} ${info}`)).toEqual([]);
  });

  test('every @example of a source holds a fence', () => {
    const without = sources.filter((file) => {
      const tags = [...readFileSync(`${root}/${file}`, 'utf8').matchAll(/^ *\* @example$/gm)].length;
      return tags > fencesOfSource(root, file).length;
    });
    expect(without).toEqual([]);
  });

  test.each(named)('%s compiles, runs and prints what it says', async (_, { stem, remarks, output }) => {
    expect(problems.get(`${stem}.mts`) ?? []).toEqual([]);
    const printed: string[] = [];
    const talk: string[] = [];
    vi.spyOn(console, 'log').mockImplementation((...values) => {
      printed.push(format(...values));
      talk.push(format(...values));
    });
    vi.spyOn(console, 'error').mockImplementation((...values) => void talk.push(format(...values)));
    await import(pathToFileURL(`${stem}.mjs`).href);
    if (output !== undefined) expect(talk.join('\n').trim()).toBe(output.trim());
    else expect(printed.map((line) => line.replaceAll(/\s+/g, ' '))).toEqual(remarks);
  });
});
