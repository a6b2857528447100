import type { EarlyRows } from '../flow/hooks.js';
import type { Logger } from '../metrics/logger.js';
import type { PlanNode } from '../plan/node.js';
import { withoutFailing } from './early-pass.js';
import type { NodeRunner } from './node-runner.js';

/** When the operators of an instance show early rows. */
export interface EarlyShows {
  /** The time from which on `show` has something to do; +∞ where nothing has changed since it was shown. */
  dueAt(): number;
  /** Shows what is due at `now`. */
  show(now: number): void;
}

interface Shown {
  readonly everyMs: number;
  readonly tasks: readonly EarlyRows[];
  readonly attempt: (action: () => void) => void;
  lastAt: number;
}

/**
 * Reckons when each operator shows early rows. What changes after a quiet time is shown at once, and what goes on changing
 * once per period, counted from the last showing: there is no tick where nothing has changed.
 */
export function earlyShows(runners: readonly NodeRunner[], logger: Logger): EarlyShows {
  const byNode = new Map<PlanNode, EarlyRows[]>();
  for (const { node, hooks } of runners) {
    if (hooks.early === undefined) continue;
    byNode.set(node, [...(byNode.get(node) ?? []), hooks.early]);
  }
  const shown = Array.from(byNode, ([{ label }, tasks]): Shown => {
    return { everyMs: tasks[0]!.everyMs, tasks, attempt: withoutFailing(label, logger), lastAt: -Infinity };
  });
  return {
    dueAt() {
      let due = Infinity;
      for (const { lastAt, everyMs, tasks } of shown) {
        if (lastAt + everyMs < due && tasks.some(({ changed }) => changed)) due = lastAt + everyMs;
      }
      return due;
    },
    show(now) {
      for (const each of shown) {
        if (each.lastAt + each.everyMs > now) continue;
        const changed = each.tasks.filter((task) => task.changed);
        if (changed.length > 0) each.lastAt = now;
        for (const task of changed) each.attempt(() => task.show());
      }
    },
  };
}
