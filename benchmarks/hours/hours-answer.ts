import { type PinWindow, windowsText } from '../pinterest/windows-text.js';
import { categories, categoryOf, followersOf, originalOf, timeOf } from './hour-pins.js';

const minuteMs = 60_000;

/** The windows over the first pins of the stream of hours: every pin but the re-posts, each in its minute. */
export function hoursAnswer(records: number): string {
  const windows = new Map<number, PinWindow>();
  for (let i = 0; i < records; i++) {
    if (originalOf(i) !== i) continue;
    const time = timeOf(i);
    const start = time - (time % minuteMs);
    const category = categoryOf(i);
    const code = followersOf(i);
    const value = code === 0 ? null : code * 1000;
    const key = (start / minuteMs) * categories.length + category;
    const { pins = 0, followers = null, most = null } = windows.get(key) ?? {};
    windows.set(key, {
      windowStart: new Date(start),
      category: categories[category]!,
      pins: pins + 1,
      followers: value === null ? followers : (followers ?? 0) + value,
      most: value === null ? most : Math.max(most ?? value, value),
    });
  }
  return windowsText([...windows.values()]);
}
