import { durationMs, optionsOf, requireArguments } from '@millrace/core/operate';
import { alignedFloor } from './align.js';
import type { SlicingWindows } from './assigner.js';

/**
 * Windows of one size, one after the other: [0, size), [size, 2 · size) … in UTC, each moved by `offset`.
 *
 * A record is in exactly one of them. An open window keeps one slot per group.
 *
 * @throws MillraceError `MILLRACE_OPTION_INVALID` where a duration cannot be read, or the size is zero.
 * @example
 * ```ts
 * import { aggregate, agg, tumbling } from '@millrace/operators';
 *
 * const perMinute = aggregate({ window: tumbling('1m'), compute: { records: agg.count() } });
 * const perDayFromSix = aggregate({ window: tumbling('1d', { offset: '6h' }), compute: { records: agg.count() } });
 * ```
 */
export function tumbling(size: string, options: { readonly offset?: string } = {}): SlicingWindows {
  requireArguments('tumbling', "tumbling('1m')", [['options', options, optionsOf('offset')]]);
  const sizeMs = durationMs(size, { operator: 'tumbling', option: 'size', above: 0 });
  const offsetMs = durationMs(options.offset ?? '0s', { operator: 'tumbling', option: 'offset' }) % sizeMs;
  const sliceStart = (time: number): number => alignedFloor(time, sizeMs, offsetMs);
  return {
    family: 'slicing',
    text: `tumbling(${sizeMs}, ${offsetMs})`,
    sliceStart,
    sliceEnd: (start) => start + sizeMs,
    endAfter: (time) => sliceStart(time) + sizeMs,
    startOf: (end) => end - sizeMs,
  };
}
