import type { PinRow } from './pin-rows.js';
import type { PinWindow } from './windows-text.js';

const hourMs = 3_600_000;
const minuteMs = 60_000;

/**
 * What the windows of `windowsGraph` are, by definition: over all pins at once, sorted by time and place, without a
 * watermark. No pin of the generator is late.
 */
export function rightAnswer(pins: Iterable<PinRow>): PinWindow[] {
  const sorted = Array.from(pins, ({ unique_id, category, follower_count, timestamp }) => ({
    id: unique_id,
    category,
    followers: followersOf(follower_count),
    time: Date.parse(timestamp),
  })).sort((a, b) => a.time - b.time);
  const keptAt = new Map<string, number>();
  const windows = new Map<string, PinWindow>();
  for (const { id, category, followers, time } of sorted) {
    if (time - (keptAt.get(id) ?? -Infinity) < hourMs) continue;
    keptAt.set(id, time);
    const start = time - (time % minuteMs);
    const key = `${start} ${category}`;
    const window = windows.get(key) ?? { windowStart: new Date(start), category, pins: 0, followers: null, most: null };
    windows.set(key, {
      ...window,
      pins: window.pins + 1,
      followers: followers === null ? window.followers : (window.followers ?? 0) + followers,
      most: followers === null ? window.most : Math.max(window.most ?? followers, followers),
    });
  }
  return [...windows.values()];
}

function followersOf(text: string): number | null {
  if (text === 'User Info Error') return null;
  const factor = text.endsWith('k') ? 1000 : text.endsWith('M') ? 1_000_000 : 1;
  return Number(factor === 1 ? text : text.slice(0, -1)) * factor;
}
