import { type ErrorCode, type ErrorData, errorEntries } from './codes.js';
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
 */
export class MillraceError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'MillraceError';
  readonly code: C;
  readonly sentence: string;
  readonly fix: string;
  /** The line of the user's own code that it is about, as `file:line:column`. */
  readonly where: string | undefined;
  readonly data: ErrorData[C];
  readonly issues: readonly MillraceError[];
  /** Whether the same call can succeed later without a change. */
  readonly retryable: boolean;

  constructor(code: C, data: ErrorData[C], context: ErrorContext = {}) {
    const entry = errorEntries[code];
    const sentence = entry.sentence(data);
    const fix = entry.fix(data);
    const where = 'where' in context ? context.where : userLine();
    super(messageText(code, sentence, fix, where, context), 'cause' in context ? { cause: context.cause } : undefined);
    this.code = code;
    this.sentence = sentence;
    this.fix = fix;
    this.where = where;
    this.data = data;
    this.issues = context.issues ?? [];
    this.retryable = entry.retryable ?? false;
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
  throw new MillraceError(first.code, first.data, { where: first.where, issues, cause: first.cause });
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

function messageText(
  code: string,
  sentence: string,
  fix: string,
  where: string | undefined,
  { issues = [], cause }: ErrorContext,
): string {
  const lines = [sentence, `  fix    ${fix}`];
  if (where !== undefined) lines.push(`  where  ${where}`);
  if (cause instanceof Error) lines.push(`  cause  ${cause.message.split('\n')[0]}`);
  lines.push(`  code   ${code}`);
  for (const issue of issues.slice(1)) lines.push('also:', `  ${issue.sentence}`, `  fix    ${issue.fix}`);
  return lines.join('\n');
}
