import { millraceError } from '@millrace/core';
import { durationMs } from '@millrace/core/operate';
import { alignedFloor } from './align.js';
import type { SlicingWindows } from './assigner.js';

/**
 * Windows of one size, of which one starts every `slide`: [0, size), [slide, slide + size) … in UTC.
 *
 * A record is in about size / slide of them but is counted once: windows share slices, of which each is as long as the
 * greatest common divisor of size and slide. An open slice keeps one slot per group.
 *
 * @throws MillraceError `MILLRACE_OPTION_INVALID` where a duration cannot be read or is zero, or where the slide is longer
 * than the size, so that records between two windows would get lost.
 * @example
 * ```ts
 * import { aggregate, agg, hopping } from '@millrace/operators';
 *
 * const lastHour = aggregate({ window: hopping('1h', '5m'), by: 'title', compute: { edits: agg.count() } });
 * ```
 */
export function hopping(size: string, slide: string): SlicingWindows {
  const sizeMs = durationMs(size, { operator: 'hopping', option: 'size', above: 0 });
  const slideMs = durationMs(slide, { operator: 'hopping', option: 'slide', above: 0 });
  if (slideMs > sizeMs) {
    throw millraceError('MILLRACE_OPTION_INVALID', {
      subject: 'hopping',
      option: 'slide',
      problem: `is '${slide}', longer than the size '${size}': records between two windows would be in none`,
      fix: 'Give a slide that is no longer than the size, or take tumbling(size).',
    });
  }
  const sliceMs = greatestCommonDivisor(sizeMs, slideMs);
  return {
    family: 'slicing',
    text: `hopping(${sizeMs}, ${slideMs})`,
    sliceStart: (time) => alignedFloor(time, sliceMs, 0),
    sliceEnd: (start) => start + sliceMs,
    endAfter: (time) => alignedFloor(time, slideMs, sizeMs % slideMs) + slideMs,
    startOf: (end) => end - sizeMs,
  };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
