import { afterEach, describe, expect, test, vi } from 'vitest';
import { selectedRows } from '../batch/batch.js';
import type { Flow } from '../flow/flow.js';
import { operate } from '../flow/operate.js';
import { faultPoints } from '../job/faults.js';
import { emptyLedger } from '../ledger/ledger.js';
import { int32, utf8 } from '../schema/column-type.js';
import { schema } from '../schema/schema.js';
import { crashTally } from './crash-tally.js';
import { verify } from './verify.js';

const Pin = schema({ id: utf8, n: int32 });
type PinFields = typeof Pin.fields;
const pin = (id: string, n: number): string => JSON.stringify({ id, n });

afterEach(() => vi.unstubAllEnvs());

describe('crashes', () => {
  // Few records: most runs come to a point only once or twice.
  test.each([1, 2, 3, 4, 5])('every fault point has at least one, with the seed %i', async (seed) => {
    vi.stubEnv('MILLRACE_SEED', String(seed));
    const records = [
      [pin('a', 1), pin('b', 2)],
      [pin('a', 3), '{"id":'],
    ];
    const { crashes, unvisited, histories } = await verify({ inputs: Pin, graph: (pins) => ({ pins }), records });
    expect(Object.entries(crashes).filter(([, count]) => count === 0)).toEqual([]);
    expect(Object.values(crashes).reduce((sum, count) => sum + count)).toBe(histories - 1);
    expect(unvisited).toEqual([]);
  });

  test('a fault point to which nothing leads is named', async () => {
    const { crashes, unvisited } = await verify({ inputs: Pin, graph: (pins) => ({ pins }), records: [[], []] });
    expect(unvisited).toEqual(['batch pushed']);
    for (const point of faultPoints) expect(crashes[point] > 0).toBe(point !== 'batch pushed');
  });

  test('a fault point to which runs came, and at which none was ended, is an error', () => {
    const tally = crashTally();
    for (const point of faultPoints) tally.visited(point, 2);
    tally.crashed('batch pushed');
    tally.crashed('state stored');
    expect(() => tally.check(['batch pushed', 'state stored'])).not.toThrow();
    expect(() => tally.check(['batch pushed', 'barrier taken', 'state stored', 'output staged'])).toThrow(
      'no run was ended at "barrier taken", "output staged", although runs came there',
    );
  });
});

/** Passes everything on, and tells of every run with how many tasks it was begun. */
function telling(pins: Flow<PinFields>, begun: (tasks: number) => void): Flow<PinFields> {
  return operate<PinFields, 'append'>(pins, {
    operator: 'telling',
    schema: Pin,
    create: (context) => {
      if (context.task === 0) begun(context.tasks);
      return {
        batch(batch) {
          context.ledger.taken += selectedRows(batch).length;
          context.emit(batch);
        },
      };
    },
    reference:
      async () =>
      ([rows]) => ({
        rows: rows!,
        late: [],
        rejected: [],
        ledger: { ...emptyLedger(), in: rows!.length, taken: rows!.length },
      }),
  });
}

test('a restart has another number of tasks than the run before it', async () => {
  const histories: number[][] = [];
  const { crashes } = await verify({
    inputs: Pin,
    graph: (pins) => {
      const runs: number[] = [];
      histories.push(runs);
      return { pins: telling(pins, (tasks) => runs.push(tasks)) };
    },
    records: [0, 1, 2].map((p) => Array.from({ length: 20 }, (_, i) => pin(`k${i}`, p))),
    histories: 22,
  });
  const restarts = histories.flatMap((runs) => runs.slice(1).map((tasks, i) => [runs[i], tasks]));
  const crashed = Object.values(crashes).reduce((sum, count) => sum + count);
  // A crash behind the last publication leaves nothing to go on with.
  expect(restarts.length).toBeGreaterThan(crashed / 2);
  expect(restarts.filter(([before, after]) => before === after)).toEqual([]);
});
