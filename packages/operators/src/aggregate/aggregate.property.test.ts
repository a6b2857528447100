import { decimal, float64, int32, int64, nullable, schema, timestamp, utf8, type Fields, type Flow, type Mode } from '@millrace/core'; // prettier-ignore
import type { PlanNode, ReferenceRow } from '@millrace/core/operate';
import { fcOptions, runFlow, type FlowStep } from '@millrace/core/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eventTime } from '../event-time/event-time.js';
import type { Window } from '../window/assigner.js';
import { hopping } from '../window/hopping.js';
import { session } from '../window/session.js';
import { tumbling } from '../window/tumbling.js';
import { agg } from './agg.js';
import { aggregate } from './aggregate.js';

const Event = schema({
  at: timestamp,
  text: nullable(utf8),
  name: utf8,
  real: nullable(float64),
  whole: nullable(int32),
  long: nullable(int64),
  price: nullable(decimal(10, 2)),
});
type Event = typeof Event.fields;

const compute = {
  rows: agg.count(),
  reals: agg.count('real'),
  sum: agg.sum('real'),
  mean: agg.mean('real'),
  minReal: agg.min('real'),
  maxReal: agg.max('real'),
  sumWhole: agg.sum('whole'),
  minWhole: agg.min('whole'),
  maxWhole: agg.max('whole'),
  minLong: agg.min('long'),
  maxText: agg.max('text'),
  minText: agg.min('text'),
  sumPrice: agg.sum('price'),
  minPrice: agg.min('price'),
  maxPrice: agg.max('price'),
  firstPrice: agg.first('price'),
  lastPrice: agg.last('price'),
  newest: agg.max('at'),
  first: agg.first('real'),
  last: agg.last('text'),
} as const;

const partitions = 3;
const texts = ['', 'a', 'b', 'é', '\u{1f600}'];
const reals = [0, -0, 0.1, 0.2, -0.3, 1e-300, 1e300, -1e300, 2 ** 53, 1, NaN, Infinity, -Infinity, Number.MAX_VALUE];
const record = fc.record({
  partition: fc.nat(partitions - 1),
  text: fc.option(fc.constantFrom(...texts), { freq: 5 }),
  name: fc.constantFrom(...texts),
  real: fc.option(fc.oneof(fc.constantFrom(...reals), fc.double()), { freq: 5 }),
  whole: fc.option(fc.integer(), { freq: 5 }),
  long: fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { freq: 5 }),
  price: fc.option(fc.constantFrom('-1.00', '0.10', '0.20', '-0.01', '12345678.90', '-99999999.99'), { freq: 5 }),
  // Event time moves on from record to record, with steps back that stay within the bound.
  ahead: fc.nat(6),
  back: fc.nat(20),
});
const cut = fc.oneof(
  { weight: 8, arbitrary: fc.constant({ batch: true } as const) },
  { weight: 1, arbitrary: fc.record({ tasks: fc.integer({ min: 1, max: 4 }) }) },
);
const script = fc.array(fc.tuple(fc.array(record, { maxLength: 8 }), cut), { maxLength: 20 });
type Script = typeof script extends fc.Arbitrary<infer S> ? S : never;

function scripted(actions: Script, start: number, keyed: boolean): { steps: FlowStep<Event>[]; rows: ReferenceRow[] } {
  const next = new Array<number>(partitions).fill(0);
  const steps: FlowStep<Event>[] = [];
  const rows: ReferenceRow[] = [];
  let now = start;
  for (const [records, then] of actions) {
    const batches = new Map<number, ReferenceRow['row'][]>();
    for (const { partition: drawn, ahead, back, ...values } of records) {
      const partition = keyed ? texts.indexOf(values.name) % partitions : drawn;
      now += ahead;
      const row = { ...values, at: new Date(now - back) };
      batches.set(partition, [...(batches.get(partition) ?? []), row]);
      rows.push({ time: now - back, order: ['source', partition, next[partition]!++], row, record: undefined });
    }
    for (const [partition, batch] of batches) steps.push({ rows: batch as never[], partition });
    if ('tasks' in then) steps.push({ restart: { tasks: then.tasks } });
  }
  return { steps: [...steps, { end: true }], rows };
}

type Key = 'text' | 'name' | 'real' | 'whole';
type Rows = readonly { readonly [field: string]: unknown }[];

function textOf(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`;
  return typeof value === 'number' && Object.is(value, -0)
    ? '-0'
    : typeof value === 'number'
      ? String(value)
      : JSON.stringify(value);
}
const rowText = (row: Rows[number]): string =>
  Object.entries(row)
    .map(([name, value]) => `${name}=${textOf(value)}`)
    .join(' ');

// Where the source is keyed by a field of the group there is no exchange, and every task has a watermark of its own.
async function compare(actions: Script, start: number, by: readonly Key[], keyed: boolean, window: Window | undefined) {
  const { steps, rows } = scripted(actions, start, keyed);
  let node: PlanNode | undefined;
  const graph = (events: Flow<Event>): Flow<Fields, Mode> => {
    const timed = events.pipe(eventTime('at', { maxOutOfOrderness: '20ms' }));
    const flow: Flow<Fields, Mode> =
      window === undefined ? timed.pipe(aggregate({ by, compute })) : timed.pipe(aggregate({ window, by, compute }));
    node = flow.node;
    return flow;
  };
  const { outputs, ledgers, late } = runFlow(Event, graph, steps, {
    tasks: 2,
    partitions,
    ...(keyed && by.includes('name') ? { keyedBy: 'name' } : {}),
  });
  const reference = (await node!.reference!())([rows], []);
  expect(late).toEqual([]);
  expect(Object.entries(ledgers).find(([name]) => name.includes('aggregate'))![1]).toEqual(reference.ledger);
  return { got: outputs['out']!, expected: reference.rows.map(({ row }) => row) };
}

const bys = fc.constantFrom<readonly Key[]>([], ['name'], ['text'], ['real'], ['text', 'whole'], ['name', 'real']);
const starts = fc.constantFrom(0, -60, 8_000_000_000_000, -62_135_596_800_000);

describe('an aggregate is the same function of its rows whatever the batches, tasks and restarts', () => {
  const windows: { readonly [name: string]: Window } = {
    tumbling: tumbling('10ms', { offset: '3ms' }),
    'hopping, slices as long as the slide': hopping('30ms', '10ms'),
    'hopping, slices shorter than the slide': hopping('15ms', '10ms'),
    session: session('4ms'),
    'session of many records': session('30ms'),
  };
  test.each(Object.entries(windows))(
    '%s',
    async (_, window) => {
      await fc.assert(
        fc.asyncProperty(script, starts, bys, fc.boolean(), async (actions, start, by, keyed) => {
          const { got, expected } = await compare(actions, start, by, keyed, window);
          expect(got.map(rowText).sort()).toEqual(expected.map(rowText).sort());
        }),
        fcOptions(40),
      );
    },
    60_000,
  );

  test('without a window, by the last row of each key', async () => {
    await fc.assert(
      fc.asyncProperty(script, starts, bys, fc.boolean(), async (actions, start, by, keyed) => {
        const { got, expected } = await compare(actions, start, by, keyed, undefined);
        const last = new Map(got.map((row) => [by.map((field) => textOf(row[field])).join(' '), row]));
        expect([...last.values()].map(rowText).sort()).toEqual(expected.map(rowText).sort());
      }),
      fcOptions(40),
    );
  }, 60_000);
});
