import { expect, test } from 'vitest';
import type { OperatorHooks } from '../flow/hooks.js';
import { emptyLedger } from '../ledger/ledger.js';
import { silentLogger } from '../metrics/logger.js';
import { sourceFlow } from '../plan/source-flow.js';
import { schema } from '../schema/schema.js';
import { utf8 } from '../schema/column-type.js';
import { Subject } from 'rxjs';
import { earlyShows } from './early-shows.js';
import type { NodeRunner } from './node-runner.js';

/** An operator that shows early rows, in some tasks. */
function operator(everyMs: number, tasks: number) {
  const { node } = sourceFlow(`every ${everyMs}`, schema({ id: utf8 }), undefined);
  const changed = new Array<boolean>(tasks).fill(false);
  const shown: number[] = [];
  const runners = changed.map((_, task): NodeRunner => {
    const early: OperatorHooks['early'] = {
      everyMs,
      get changed() {
        return changed[task]!;
      },
      show() {
        changed[task] = false;
        shown.push(task);
      },
    };
    return { node, output: new Subject(), ledger: emptyLedger(), hooks: { batch() {}, early }, receive() {} };
  });
  return { runners, changed, shown };
}

test('nothing is due where nothing has changed; a change after a quiet time is due at once', () => {
  const { runners, changed, shown } = operator(1000, 2);
  const shows = earlyShows(runners, silentLogger);
  expect(shows.dueAt()).toBe(Infinity);
  shows.show(5);
  expect(shown).toEqual([]);
  changed[1] = true;
  expect(shows.dueAt()).toBeLessThanOrEqual(5);
  shows.show(5);
  expect([shown, shows.dueAt()]).toEqual([[1], Infinity]);
  changed[0] = true;
  expect(shows.dueAt()).toBe(1005);
  shows.show(1004);
  expect(shown).toEqual([1]);
  shows.show(1005);
  expect(shown).toEqual([1, 0]);
  changed[0] = changed[1] = true;
  shows.show(99_000);
  expect([shown, shows.dueAt()]).toEqual([[1, 0, 0, 1], Infinity]);
});

test('each operator has a period of its own', () => {
  const fast = operator(10, 1);
  const slow = operator(100, 1);
  const shows = earlyShows([...fast.runners, ...slow.runners], silentLogger);
  const change = (): void => {
    fast.changed[0] = slow.changed[0] = true;
  };
  change();
  shows.show(0);
  change();
  expect(shows.dueAt()).toBe(10);
  shows.show(10);
  expect([fast.shown.length, slow.shown.length, shows.dueAt()]).toEqual([2, 1, 100]);
  shows.show(100);
  expect([fast.shown.length, slow.shown.length, shows.dueAt()]).toEqual([2, 2, Infinity]);
});
