import { errorEntries } from './codes.js';
import type { ErrorCode, ErrorData } from './error-data.js';
import { masked } from './masked.js';
import { userLine } from './user-line.js';

const brand: symbol = Symbol.for('millrace.error');

/** What can be said about an error beside its code and data. */
export interface ErrorContext {
  readonly cause?: unknown;
  /** The user's line, where it is not the one that is calling now. */
  readonly where?: string | undefined;
  /** Everything that was found wrong in the same call. */
  readonly issues?: readonly MillraceError[];
}

/**
 * A failure with a stable `code`, one sentence, and what to change. Its `message` holds all that a person needs; use
 * `isMillraceError` and `data` in programs.
 *
 * @example
 * ```text
 * MILLRACE_FIELD_MISSING  aggregate groups by "categroy", which its input does not have.
 *   fix    Write 'category'. The input has: category, follower_count, unique_id.
 *   where  pipelines/pins.ts:21:5
 * ```
 */
export class MillraceError<C extends ErrorCode = ErrorCode> extends Error {
  static {
    // Of the prototype, so that the stack begins with it.
    this.prototype.name = 'MillraceError';
  }

  readonly code: C;
  declare readonly sentence: string;
  declare readonly fix: string;
  /** The line of the user's own code that it is about, as `file:line:column`. */
  declare readonly where: string | undefined;
  readonly data: ErrorData[C];
  /** Everything that was found wrong in the same call, this first; empty where it is the only one. */
  declare readonly issues: readonly MillraceError[];
  /** Whether the same call can succeed later without a change. */
  declare readonly retryable: boolean;

  constructor(code: C, data: ErrorData[C], context: ErrorContext = {}) {
    const entry = errorEntries[code];
    const shown = masked(data);
    const sentence = entry.sentence(shown);
    const fix = entry.fix(shown);
    const where = 'where' in context ? context.where : userLine();
    const { issues = [], cause } = context;
    super(messageText({ code, sentence, fix, where, issues }, cause), 'cause' in context ? { cause } : undefined);
    this.code = code;
    this.data = shown;
    // What the message says already is not printed a second time, as properties of what was thrown.
    const said = { sentence, fix, where, issues, retryable: entry.retryable ?? false };
    for (const [name, value] of Object.entries(said)) Object.defineProperty(this, name, { value });
    Object.defineProperty(this, brand, { value: true });
  }

  /** A stable form for logs: no stack, no values of records. */
  toJSON(): object {
    const { code, sentence, fix, where, data, retryable } = this;
    return { code, sentence, fix, where, data, retryable, issues: this.issues.map((issue) => issue.toJSON()) };
  }
}

/** Makes a `MillraceError`; `where` is the user's line that is calling unless it is given. */
export function millraceError<C extends ErrorCode>(
  code: C,
  data: ErrorData[C],
  context: ErrorContext = {},
): MillraceError<C> {
  return new MillraceError(code, data, context);
}

/** Throws the issues of one call together; returns where there is none. */
export function throwIssues(issues: readonly MillraceError[]): void {
  const [first] = issues;
  if (first === undefined) return;
  if (issues.length === 1) throw first;
  throw new MillraceError(first.code, first.data, { where: first.where, issues });
}

/**
 * The error with the user's line, where it has none: what fails behind a promise fails when nothing on the stack is
 * the user's any more.
 */
export function located(error: unknown, where: string | undefined): unknown {
  if (!isMillraceError(error) || error.where !== undefined || where === undefined) return error;
  const { code, data, issues, cause, stack = '' } = error;
  const found = new MillraceError(code, data, { where, issues, ...(cause === undefined ? {} : { cause }) });
  const frames = stack.slice(stack.indexOf('\n    at '));
  return Object.defineProperty(found, 'stack', { value: `${found.name}: ${found.message}${frames}` });
}

/**
 * Whether `error` is a `MillraceError` (of code `code`), also across two copies of the package.
 *
 * @example
 * ```ts
 * import { isMillraceError } from '@millrace/core';
 *
 * const error: unknown = new Error('x');
 * if (isMillraceError(error, 'MILLRACE_SOURCE_TRUNCATED')) console.log(error.data.partition);
 * ```
 */
export function isMillraceError<C extends ErrorCode = ErrorCode>(error: unknown, code?: C): error is MillraceError<C> {
  if (typeof error !== 'object' || error === null || !(brand in error)) return false;
  return code === undefined || (error as MillraceError).code === code;
}

type Said = Pick<MillraceError, 'code' | 'sentence' | 'fix' | 'where' | 'issues'>;

function messageText(said: Said, cause: unknown): string {
  const lines = issueLines(said, undefined);
  if (cause !== undefined) lines.push(`  cause  ${masked(firstLine(cause))}`);
  for (const issue of said.issues.slice(1)) lines.push(...issueLines(issue, said.where));
  return lines.join('\n');
}

function issueLines({ code, sentence, fix, where }: Said, known: string | undefined): string[] {
  const lines = [`${code}  ${sentence}`, `  fix    ${fix}`];
  if (where !== undefined && where !== known) lines.push(`  where  ${where}`);
  return lines;
}

function firstLine(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).split('\n', 1)[0]!;
}
