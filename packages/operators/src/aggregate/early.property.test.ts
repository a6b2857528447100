import { float64, nullable, schema, timestamp, utf8, type Fields, type Flow, type Mode } from '@millrace/core';
import { fcOptions, runFlow, type FlowResult, type FlowStep } from '@millrace/core/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eventTime } from '../event-time/event-time.js';
import { mapRows } from '../transform/map-rows.js';
import { where } from '../transform/where.js';
import type { SlicingWindows } from '../window/assigner.js';
import { hopping } from '../window/hopping.js';
import { tumbling } from '../window/tumbling.js';
import { agg } from './agg.js';
import { aggregate } from './aggregate.js';

const Event = schema({ at: timestamp, key: nullable(utf8), x: nullable(float64) });
type Event = typeof Event.fields;
type Step = FlowStep<Event>;

const partitions = 3;
const event = fc.record({
  partition: fc.nat(partitions - 1),
  key: fc.constantFrom('a', 'b', 'é', null),
  x: fc.constantFrom(null, 0.1, 0.2, -0.3, 1e300, -1e300, NaN, -0),
  ahead: fc.nat(4),
  back: fc.nat(12),
});
const action = fc.oneof(
  { weight: 6, arbitrary: fc.array(event, { minLength: 1, maxLength: 6 }) },
  { weight: 3, arbitrary: fc.constant('early' as const) },
  { weight: 1, arbitrary: fc.record({ tasks: fc.integer({ min: 1, max: 4 }) }) },
);
const script = fc.array(action, { maxLength: 24 });
type Script = typeof script extends fc.Arbitrary<infer S> ? S : never;

function stepsOf(actions: Script): Step[] {
  let now = 0;
  return actions.flatMap((each): Step[] => {
    if (each === 'early') return [{ early: true }];
    if ('tasks' in each) return [{ restart: each }];
    return each.map(({ partition, key, x, ahead, back }) => {
      now += ahead;
      return { rows: [{ at: new Date(now - back), key, x }], partition };
    });
  });
}

const compute = {
  rows: agg.count(),
  sum: agg.sum('x'),
  mean: agg.mean('x'),
  least: agg.min('x'),
  first: agg.first('x'),
  last: agg.last('at'),
} as const;

type Graph = (events: Flow<Event>) => { readonly [output: string]: Flow<Fields, Mode> };

const graphOf =
  (window: SlicingWindows, early: boolean): Graph =>
  (events) => {
    const options = { window, by: 'key', compute, name: 'windows' } as const;
    const timed = events.pipe(eventTime('at', { maxOutOfOrderness: '6ms' }));
    const windows = timed.pipe(early ? aggregate({ ...options, early: '1s' }) : aggregate(options));
    return {
      windows,
      large: windows.pipe(where(({ rows }) => rows > 1)),
      counts: windows.pipe(mapRows(schema({ key: nullable(utf8) }), ({ key }) => ({ key }))),
      nested: windows.pipe(aggregate({ window: tumbling('40ms'), compute: { rows: agg.sum('rows') } })),
    };
  };

const windows = { tumbling: tumbling('10ms'), hopping: hopping('12ms', '4ms'), 'odd hopping': hopping('7ms', '3ms') };

const exact = ({ early: _, ...rest }: FlowResult): unknown => rest;

for (const [kind, window] of Object.entries(windows)) {
  test(`final rows, batches, watermarks, ledgers and state are the same with early rows and without: ${kind}`, () => {
    fc.assert(
      fc.property(script, fc.integer({ min: 1, max: 4 }), (actions, tasks) => {
        const steps: Step[] = [...stepsOf(actions), { end: true }];
        const silent = steps.filter((step) => !('early' in step));
        const expected = runFlow(Event, graphOf(window, false), silent, { tasks, partitions });
        expect(exact(runFlow(Event, graphOf(window, true), steps, { tasks, partitions }))).toEqual(exact(expected));
      }),
      fcOptions(60),
    );
  });

  test(`the last early row of a window and group is its final row, if nothing more comes: ${kind}`, () => {
    fc.assert(
      fc.property(script, fc.integer({ min: 1, max: 4 }), (actions, tasks) => {
        const steps: Step[] = [...stepsOf(actions), { early: true }];
        const graph = graphOf(window, true);
        const before = runFlow(Event, graph, steps, { tasks, partitions });
        const ended = runFlow(Event, graph, [...steps, { end: true }], { tasks, partitions });
        const open = ended.outputs['windows']!.slice(before.outputs['windows']!.length);
        const keyOf = ({ windowEnd, key }: { readonly [field: string]: unknown }): string =>
          `${Number(windowEnd)} ${String(key)}`;
        const last = new Map(before.early['windows']!.map((row) => [keyOf(row), row]));
        for (const row of open) expect(last.get(keyOf(row))).toEqual(row);
        // And nothing was shown of a window that was final by then.
        expect([...last.keys()].filter((key) => !ended.outputs['windows']!.some((row) => keyOf(row) === key))).toEqual(
          [],
        );
      }),
      fcOptions(60),
    );
  });
}
