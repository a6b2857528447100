import { millraceError } from '../error/millrace-error.js';

/** Refuses, where it is used, a key that could leave its store or that not every store can keep. */
export function checkKey(location: string, key: string): void {
  const problem = keyProblem(key);
  if (problem === undefined) return;
  throw millraceError('MILLRACE_OPTION_INVALID', {
    subject: location,
    option: `the key ${JSON.stringify(key)}`,
    problem,
    fix: 'Use names joined by "/", like "checkpoints/popularity/00000007.json".',
  });
}

function keyProblem(key: string): string | undefined {
  if (key === '') return 'is empty';
  if (key.startsWith('/')) return 'starts with "/"';
  if (key.includes('\\') || key.includes('\0')) return 'holds a character that not every store can keep';
  for (const name of key.split('/')) {
    if (name === '') return 'holds an empty name';
    if (name === '.' || name === '..') return `holds "${name}", which would leave its folder`;
  }
  return undefined;
}

/** Compares keys by their UTF-8 bytes, the order of a listing; JavaScript's own order differs above U+D7FF. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return bytesRank(left) - bytesRank(right);
  }
  return a.length - b.length;
}

// Surrogates stand for characters above all others, but their numbers lie below U+E000 … U+FFFF.
function bytesRank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
