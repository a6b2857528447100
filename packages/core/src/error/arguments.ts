import { millraceError } from './millrace-error.js';

/** What an argument has to be: in words, and as a check. */
export interface Need {
  readonly text: string;
  readonly accepts: (value: unknown) => boolean;
}

/** The kinds of arguments that calls of Millrace take. */
export const need: {
  readonly text: Need;
  readonly number: Need;
  readonly options: Need;
  readonly list: Need;
  readonly texts: Need;
  readonly objects: Need;
  readonly call: Need;
} = {
  text: { text: 'a text', accepts: (value) => typeof value === 'string' },
  number: { text: 'a number', accepts: (value) => typeof value === 'number' && !Number.isNaN(value) },
  options: {
    text: 'an object',
    accepts: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  },
  list: { text: 'a list', accepts: (value) => Array.isArray(value) },
  texts: {
    text: 'a list of texts',
    accepts: (value) => Array.isArray(value) && value.every((each) => typeof each === 'string'),
  },
  objects: {
    text: 'a list of objects',
    accepts: (value) => Array.isArray(value) && value.every((each) => typeof each === 'object' && each !== null),
  },
  call: { text: 'a function', accepts: (value) => typeof value === 'function' },
};

/** The same, where the argument may be left out. */
export function optional({ text, accepts }: Need): Need {
  return { text, accepts: (value) => value === undefined || accepts(value) };
}

/** A value that is known by these members: a source, a sink, a table. */
export function having(text: string, ...members: readonly PropertyKey[]): Need {
  const has = (value: object): boolean => members.every((member) => member in value);
  return { text, accepts: (value) => typeof value === 'object' && value !== null && has(value) };
}

/**
 * Refuses, on the user's line, what a call cannot have been meant to be given: types do that for TypeScript, and this for
 * everybody else. The first thing that a call of the public surface does, so that nobody meets a TypeError from inside.
 *
 * @throws MillraceError `MILLRACE_ARGUMENT_INVALID`.
 * @example
 * ```ts
 * import { need, requireArguments } from '@millrace/core/operate';
 *
 * function greet(name: string): string {
 *   requireArguments('greet', "greet('Ada')", [['name', name, need.text]]);
 *   return `Hello ${name}`;
 * }
 * ```
 */
export function requireArguments(
  call: string,
  example: string,
  given: readonly (readonly [argument: string, value: unknown, need: Need])[],
): void {
  for (const [argument, value, { text, accepts }] of given) {
    if (accepts(value)) continue;
    const data = { call, argument, needs: text, got: kindText(value), example };
    throw millraceError('MILLRACE_ARGUMENT_INVALID', data);
  }
}

/** A value where its kind may be what is wrong with it: a text that looks like a number says that it is a text. */
export function valueText(value: unknown): string {
  if (typeof value === 'string') return `the text ${JSON.stringify(value)}`;
  return typeof value === 'number' ? String(value) : kindText(value);
}

/** What kind of value it is, in words, and never the value: `undefined`, `a number`, `an Array`. */
export function kindText(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== 'object') return `a ${typeof value}`;
  const { constructor } = value as { readonly constructor?: unknown };
  const name = typeof constructor === 'function' ? constructor.name : 'object';
  return `${/^[AEIOU]/i.test(name) ? 'an' : 'a'} ${name}`;
}
