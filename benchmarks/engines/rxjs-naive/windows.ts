import type { Observable } from 'rxjs';
import { filter, map, reduce } from 'rxjs/operators';
import type { PinRow } from '../../pinterest/pin-rows.js';
import type { PinWindow } from '../../pinterest/windows-text.js';

const hourMs = 3_600_000;
const minuteMs = 60_000;

/** The windows of pins, as one writes them on an afternoon. What is `outOfOrderMs` behind the newest is late. */
export function windows(pins: Observable<PinRow>, outOfOrderMs = 5000): Observable<PinWindow[]> {
  const open = new Map<string, PinWindow & { readonly windowEnd: number }>();
  const seen = new Map<string, number>();
  let newest = -Infinity;
  let nextEnd = Infinity;
  return pins.pipe(
    map((pin) => ({
      ...pin,
      follower_count: followersOf(pin.follower_count),
      timestamp: new Date(pin.timestamp),
    })),
    filter((pin) => {
      const time = pin.timestamp.getTime();
      const isLate = time < newest - outOfOrderMs;
      newest = Math.max(newest, time);
      return !isLate;
    }),
    filter((pin) => {
      const time = pin.timestamp.getTime();
      const before = seen.get(pin.unique_id);
      if (before !== undefined && time - before < hourMs) return false;
      seen.set(pin.unique_id, time);
      return true;
    }),
    reduce((closed: PinWindow[], pin) => {
      const time = pin.timestamp.getTime();
      const start = Math.floor(time / minuteMs) * minuteMs;
      const key = `${start}/${pin.category}`;
      const window = open.get(key);
      const count = pin.follower_count;
      open.set(key, {
        windowStart: window?.windowStart ?? new Date(start),
        windowEnd: start + minuteMs,
        category: pin.category,
        pins: (window?.pins ?? 0) + 1,
        followers: count === null ? (window?.followers ?? null) : (window?.followers ?? 0) + count,
        most: count === null ? (window?.most ?? null) : Math.max(window?.most ?? count, count),
      });
      nextEnd = Math.min(nextEnd, start + minuteMs);
      if (newest - outOfOrderMs >= nextEnd) {
        nextEnd = Infinity;
        for (const [name, each] of open) {
          if (each.windowEnd > newest - outOfOrderMs) {
            nextEnd = Math.min(nextEnd, each.windowEnd);
            continue;
          }
          closed.push(each);
          open.delete(name);
        }
      }
      return closed;
    }, []),
    map((closed) => [...closed, ...open.values()]),
  );
}

function followersOf(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)([kM]?)$/.exec(text);
  if (match === null) return null;
  return Number(match[1]) * { '': 1, k: 1000, M: 1_000_000 }[match[2] as '' | 'k' | 'M'];
}
