import { isDeepStrictEqual } from 'node:util';
import type { PinWindow, RightAnswer } from '../records/right-answer.js';

/** Where final minutes are not what the emulator of the pins knows to be right, in sentences. */
export function differences(place: string, windows: readonly PinWindow[], { windows: right }: RightAnswer): string[] {
  const last = Math.max(-Infinity, ...windows.map(({ windowStart }) => windowStart));
  // Minutes behind the last final one have not ended yet.
  const expected = right.filter(({ windowStart }) => windowStart <= last);
  if (windows.length === 0) return [`${place} has no minute at all`];
  const wrong = expected.find((window, i) => !isDeepStrictEqual(window, windows[i]));
  const where = wrong === undefined ? undefined : `${wrong.category} at ${new Date(wrong.windowStart).toISOString()}`;
  return [
    ...(windows.length === expected.length
      ? []
      : [`${place} has ${windows.length} rows instead of ${expected.length}`]),
    ...(where === undefined ? [] : [`${place} has another result for ${where}`]),
  ];
}
