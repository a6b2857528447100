import { millraceError } from './millrace-error.js';
import { listText, nearestName } from './names.js';

/** What an argument has to be: in words, and as a check. */
export interface Need {
  readonly text: string;
  readonly accepts: (value: unknown) => boolean;
  /** The names that its members may have; left out where they are the user's own. */
  readonly names?: readonly string[];
}

/** The kinds of arguments that calls of Millrace take. */
export const need: {
  readonly text: Need;
  readonly number: Need;
  readonly count: Need;
  readonly options: Need;
  readonly list: Need;
  readonly texts: Need;
  readonly objects: Need;
  readonly call: Need;
} = {
  text: { text: 'a text', accepts: (value) => typeof value === 'string' },
  number: { text: 'a number', accepts: (value) => typeof value === 'number' && !Number.isNaN(value) },
  count: {
    text: 'a whole number from 1',
    accepts: (value) => Number.isSafeInteger(value) && (value as number) >= 1,
  },
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
export function optional({ text, accepts, names }: Need): Need {
  return { text, accepts: (value) => value === undefined || accepts(value), ...(names === undefined ? {} : { names }) };
}

/** An object with options of these names, and no others: a misspelt one would be ignored without a word. */
export function optionsOf(...names: readonly string[]): Need {
  return { ...need.options, names };
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
 * @throws MillraceError `MILLRACE_ARGUMENT_INVALID`; `MILLRACE_OPTION_INVALID` for an option of a name that there is not.
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
  for (const [argument, value, { text, accepts, names }] of given) {
    if (accepts(value)) {
      if (names !== undefined && value !== undefined) refuseUnknown(call, value as object, names);
      continue;
    }
    const data = { call, argument, needs: text, got: kindText(value), example };
    throw millraceError('MILLRACE_ARGUMENT_INVALID', data);
  }
}

function refuseUnknown(call: string, options: object, names: readonly string[]): void {
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  const meant = nearestName(unknown, names);
  throw millraceError('MILLRACE_OPTION_INVALID', {
    subject: call,
    option: JSON.stringify(unknown),
    problem: 'is none of its options',
    fix: `${meant === undefined ? 'Leave it out.' : `Did you mean ${meant}?`} There are: ${listText(names, 20)}.`,
  });
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
