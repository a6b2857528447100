import type { TextRow } from './row-text.js';

/** Rows that wait to be sent, one per key: the greatest in (time, order), and of equals the one that came last. */
export interface LatestRows {
  readonly size: number;
  /** How long their texts are. */
  readonly units: number;
  add(row: TextRow): void;
  /** Takes rows out, up to so many and about so long, and gives them as a list in JSON. */
  take(rowsMax: number, unitsMax: number): string;
  clear(): void;
}

/** No rows yet. */
export function latestRows(): LatestRows {
  const byKey = new Map<string, TextRow>();
  let units = 0;
  return {
    get size() {
      return byKey.size;
    },
    get units() {
      return units;
    },
    add(row) {
      const before = byKey.get(row.key);
      if (before !== undefined && before.rank > row.rank) return;
      byKey.set(row.key, row);
      units += row.json.length - (before?.json.length ?? 0);
    },
    take(rowsMax, unitsMax) {
      const taken: string[] = [];
      let length = 0;
      for (const [key, { json }] of byKey) {
        if (taken.length >= rowsMax || (taken.length > 0 && length + json.length > unitsMax)) break;
        taken.push(json);
        length += json.length;
        byKey.delete(key);
      }
      units -= length;
      return `[${taken.join(',')}]`;
    },
    clear() {
      byKey.clear();
      units = 0;
    },
  };
}
