import { durationMs } from '@millrace/core/operate';
import type { MergingWindows } from './assigner.js';

/**
 * Windows of activity: the records of a group of which each is less than `gap` after the one before it. A session is
 * [first, last + gap): a record exactly one gap after the last starts another.
 *
 * A record between two sessions makes one of them. An open session is one row of state; a gap may be months long, as
 * nothing waits on a clock.
 *
 * @throws MillraceError `MILLRACE_OPTION_INVALID` where the gap cannot be read, or is zero.
 * @example
 * ```ts
 * import { aggregate, agg, session } from '@millrace/operators';
 *
 * const visits = aggregate({ window: session('30m'), by: 'user', compute: { pages: agg.count() } });
 * ```
 */
export function session(gap: string): MergingWindows {
  const gapMs = durationMs(gap, { operator: 'session', option: 'gap', above: 0 });
  return { family: 'merging', text: `session(${gapMs})`, endOf: (time) => time + gapMs };
}
