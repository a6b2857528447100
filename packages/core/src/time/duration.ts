import { millraceError } from '../error/millrace-error.js';

const unitMs: { readonly [unit: string]: number } = {
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/**
 * The milliseconds of a duration that a user wrote: `'250 ms'`, `'5s'`, `'1.5m'`, `'90 min'`, `'1h'`, `'7d'`.
 *
 * `option` is its name and `operator` who takes it, for the error. With `above: 0` zero is refused.
 *
 * @throws MillraceError `MILLRACE_OPTION_INVALID` where it is no text with a unit, or no whole number of milliseconds.
 * @example
 * ```ts
 * import { durationMs } from '@millrace/core/operate';
 *
 * console.log(durationMs('90 min', { operator: 'dedup', option: 'within' })); // 5400000
 * ```
 */
export function durationMs(
  duration: unknown,
  { operator, option, above }: { readonly operator: string; readonly option: string; readonly above?: 0 },
): number {
  const refuse = (problem: string): never => {
    const fix = `Write a number and a unit, like ${option}: '5s' (ms, s, m, h, d).`;
    throw millraceError('MILLRACE_OPTION_INVALID', { subject: operator, option, problem, fix });
  };
  if (typeof duration !== 'string') return refuse(`is ${String(duration)}, which is no text`);
  const parts = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|m|min|h|d)\s*$/.exec(duration);
  if (parts === null) return refuse(`is '${duration}', which is no duration`);
  // 1.1 * 1000 is 1100.0000000000002: what is off by less than a millionth was meant whole.
  const exact = Number(parts[1]) * unitMs[parts[2]!]!;
  const ms = Math.round(exact);
  if (Math.abs(exact - ms) > 1e-6 * Math.max(1, exact) || !Number.isSafeInteger(ms)) {
    return refuse(`is '${duration}', which is no whole number of milliseconds`);
  }
  if (above !== undefined && ms <= above) return refuse(`is '${duration}', and must be longer than that`);
  return ms;
}
