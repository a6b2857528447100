import { faultPoints, type FaultPoint } from '../job/faults.js';

/** How often runs came to each fault point, and were ended there. */
export interface CrashTally {
  readonly crashes: { readonly [point in FaultPoint]: number };
  /** The points that no run came to: a graph without a record pushes no batch. */
  readonly unvisited: readonly FaultPoint[];
  /** A run has come `visits` times to `point`. */
  visited(point: FaultPoint, visits: number): void;
  /** A run was ended at `point`. */
  crashed(point: FaultPoint): void;
  /** The most visits of one run at `point`, so far. */
  most(point: FaultPoint): number;
  /** Throws where runs came to one of `points` and none was ended there: it was not tested, whatever passed. */
  check(points: readonly FaultPoint[]): void;
}

/** A tally in which nothing has happened yet. */
export function crashTally(): CrashTally {
  const zeros = (): Record<FaultPoint, number> =>
    Object.fromEntries(faultPoints.map((point) => [point, 0])) as Record<FaultPoint, number>;
  const crashes = zeros();
  const most = zeros();
  return {
    crashes,
    get unvisited() {
      return faultPoints.filter((point) => most[point] === 0);
    },
    visited(point, visits) {
      most[point] = Math.max(most[point], visits);
    },
    crashed(point) {
      crashes[point]++;
    },
    most: (point) => most[point],
    check(points) {
      const missing = points.filter((point) => crashes[point] === 0 && most[point] > 0);
      if (missing.length === 0) return;
      const names = missing.map((point) => `"${point}"`).join(', ');
      throw new Error(`no run was ended at ${names}, although runs came there: nothing is known of a crash there`);
    },
  };
}
