// A user's line is none of Millrace's, none of an installed package's and none of the runtime's. Where Millrace itself
// lies is read off the first frame, which is this file: so it does not matter whether the stack names built files or,
// through source maps, sources; whether the packages are installed or linked; nor what the user's own folders are called.
const thisFile = /^(.*[\\/])[^\\/]+[\\/](?:src|dist)[\\/]error[\\/]user-line\.[cm]?[jt]s\b/;
const ownPart = /^(?:core|operators|connectors)[\\/](?:src|dist)[\\/]/;
const foreign = /[\\/]node_modules[\\/]|^node:|^<anonymous>|^eval at /;
/** Tests that lie beside our sources use them like anybody else. */
const testFile = /\.(?:test|test-d)\.[cm]?[jt]s\b/;

// The line of the operator that is being applied, where one is.
let applied: string | undefined;

/**
 * The user's line that led here, as `file:line:column`; undefined where the stack shows none. To be asked while an
 * operator is made: stacks of a run hold only rxjs and the driver.
 */
export function userLine(): string | undefined {
  if (applied !== undefined) return applied;
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 50;
  const { stack } = new Error();
  Error.stackTraceLimit = limit;
  return typeof stack === 'string' ? userPlace(stack) : undefined;
}

/**
 * Makes what an operator returns, to be applied to a flow: what fails in it names the line on which the operator was
 * called, and not that of the `pipe` around it.
 *
 * @example
 * ```ts
 * import type { Fields, Flow } from '@millrace/core';
 * import { onUserLine, requireFlow } from '@millrace/core/operate';
 *
 * const same = <F extends Fields>(): ((flow: Flow<F>) => Flow<F>) =>
 *   onUserLine((flow) => {
 *     requireFlow('same', flow);
 *     return flow;
 *   });
 * ```
 */
export function onUserLine<A extends readonly unknown[], R>(apply: (...args: A) => R): (...args: A) => R {
  const line = userLine();
  return (...args) => {
    const before = applied;
    applied = line ?? before;
    try {
      return apply(...args);
    } finally {
      applied = before;
    }
  };
}

/**
 * The first place in a stack that is the user's; the stack starts in this file. Undefined also where a bundler has
 * put Millrace and the user into one file: no line is better than a wrong one.
 */
export function userPlace(stack: string): string | undefined {
  const [first, ...places] = stack.split('\n').flatMap((line) => placeOfFrame(line) ?? []);
  const packages = first === undefined ? undefined : thisFile.exec(first)?.[1];
  if (packages === undefined) return undefined;
  const isOwn = (place: string): boolean =>
    place.startsWith(packages) && ownPart.test(place.slice(packages.length)) && !testFile.test(place);
  return places.find((place) => !foreign.test(place) && !isOwn(place));
}

/** The place that a line of a stack names, a file's as a path: `at async f (file:///a/b.js:1:2)` gives `/a/b.js:1:2`. */
function placeOfFrame(line: string): string | undefined {
  const frame = /^\s*at (?:async )?(.*)$/.exec(line)?.[1];
  if (frame === undefined) return undefined;
  // Paths may hold blanks and parentheses: the place is all behind the first one.
  const place = frame.endsWith(')') ? frame.slice(frame.indexOf(' (') + 2, -1) : frame;
  return /:\d+:\d+$/.test(place) ? filePath(place) : undefined;
}

/** `file:///C:/my%20app/x.js` as Windows says it, and `file:///my%20app/x.js` as all others do. */
function filePath(place: string): string {
  if (!place.startsWith('file://')) return place;
  const path = place.slice('file://'.length);
  try {
    return decodeURIComponent(path).replace(/^\/(?=[A-Za-z]:)/, '');
  } catch {
    return path;
  }
}
