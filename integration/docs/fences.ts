import { readFileSync } from 'node:fs';

/** A fenced block of a document or of a TSDoc comment. */
export interface Fence {
  readonly file: string;
  /** The line of the opening fence, from 1. */
  readonly line: number;
  /** What stands behind the backticks: `ts`. */
  readonly info: string;
  readonly text: string;
}

/** The fences of a Markdown file, in order. */
export function fencesOfMarkdown(root: string, file: string): readonly Fence[] {
  return fencesIn(file, readFileSync(`${root}/${file}`, 'utf8').split('\n'), 1);
}

/** The fences of all TSDoc comments of a source, in order. */
export function fencesOfSource(root: string, file: string): readonly Fence[] {
  const source = readFileSync(`${root}/${file}`, 'utf8');
  return [...source.matchAll(/\/\*\*[\s\S]*?\*\//g)].flatMap((comment) => {
    const firstLine = source.slice(0, comment.index).split('\n').length;
    const lines = comment[0].split('\n').map((line) => line.replace(/^\s*\*( |$)/, ''));
    return fencesIn(file, lines, firstLine);
  });
}

function fencesIn(file: string, lines: readonly string[], firstLine: number): Fence[] {
  const fences: Fence[] = [];
  let open: { readonly at: number; readonly info: string; readonly indent: string } | undefined;
  lines.forEach((line, i) => {
    const mark = /^(\s*)```(.*)$/.exec(line);
    if (mark === null) return;
    if (open === undefined) {
      open = { at: i, info: mark[2]!.trim(), indent: mark[1]! };
      return;
    }
    const { at, info, indent } = open;
    const inside = lines.slice(at + 1, i).map((each) => (each.startsWith(indent) ? each.slice(indent.length) : each));
    fences.push({ file, line: firstLine + at, info, text: `${inside.join('\n')}\n` });
    open = undefined;
  });
  if (open !== undefined) throw new Error(`${file}:${firstLine + open.at} opens a fence and does not close it`);
  return fences;
}
