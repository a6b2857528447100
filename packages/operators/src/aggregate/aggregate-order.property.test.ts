import { float64, nullable, schema, timestamp, utf8, type Fields, type Flow, type Mode } from '@millrace/core';
import { compareOrder, emptyLedger, type Batch, type OperatorContext, type PlanNode } from '@millrace/core/operate';
import { batchOf, fcOptions, runFlow } from '@millrace/core/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eventTime } from '../event-time/event-time.js';
import { hopping } from '../window/hopping.js';
import { session } from '../window/session.js';
import { tumbling } from '../window/tumbling.js';
import { agg } from './agg.js';
import { aggregate } from './aggregate.js';

const Event = schema({ at: timestamp, key: nullable(utf8), x: float64 });
type Events = Flow<typeof Event.fields>;

function nodeOf(graph: (events: Events) => Flow<Fields, Mode>): PlanNode {
  let node: PlanNode | undefined;
  runFlow(
    Event,
    (events) => {
      const flow = graph(events.pipe(eventTime('at', { maxOutOfOrderness: '0s' })));
      node = flow.node;
      return flow;
    },
    [],
  );
  return node!;
}

type Said = { readonly watermark: number } | { readonly batch: Batch };

function contextOf(said: Said[], needed: readonly string[]): OperatorContext {
  return {
    task: 0,
    tasks: 1,
    needed: new Set(needed),
    ledger: emptyLedger(),
    logger: { debug() {}, info() {}, warn() {}, error() {} },
    emit: (batch) => said.push({ batch }),
    watermark: (time) => said.push({ watermark: time }),
    early: undefined,
    answered: () => undefined,
    late: () => expect.fail('nothing is late here'),
    reject: () => expect.fail('nothing is rejected here'),
  };
}

const step = fc.record({
  // Rows at or above the watermark, which the step then raises.
  rows: fc.array(fc.record({ above: fc.nat(40), key: fc.option(fc.constantFrom('a', 'b', 'c')), x: fc.integer() }), {
    maxLength: 12,
  }),
  raise: fc.nat(15),
});
const steps = fc.array(step, { maxLength: 25 });
const compute = { n: agg.count(), x: agg.last('x') };

describe('rows come by (time, order), and none below a watermark that was handed on', () => {
  test.each([
    ['tumbling', (events: Events) => events.pipe(aggregate({ window: tumbling('10ms'), by: 'key', compute }))],
    ['hopping', (events: Events) => events.pipe(aggregate({ window: hopping('25ms', '10ms'), by: 'key', compute }))],
    ['session', (events: Events) => events.pipe(aggregate({ window: session('7ms'), by: 'key', compute }))],
  ])('%s', (_, graph) => {
    const node = nodeOf(graph);
    fc.assert(
      fc.property(steps, fc.constantFrom(0, -100), (all, start) => {
        const said: Said[] = [];
        const hooks = node.create(contextOf(said, Object.keys(node.schema.fields)));
        let watermark = start;
        for (const { rows, raise } of all) {
          const values = rows.map(({ above, key, x }) => ({ at: new Date(watermark + above), key, x }));
          hooks.batch(batchOf(Event, values, { time: 'at' }), 0);
          watermark += raise;
          hooks.watermark!(watermark);
        }
        hooks.watermark!(Infinity);
        let promised = -Infinity;
        let last: { time: number; order: Batch['order']; row: number } | undefined;
        for (const each of said) {
          if ('watermark' in each) {
            promised = each.watermark;
            continue;
          }
          const { length, time, order } = each.batch;
          for (let row = 0; row < length; row++) {
            const now = { time: time![row]!, order, row };
            expect(now.time).toBeGreaterThanOrEqual(promised);
            if (last !== undefined) {
              const apart = now.time - last.time || compareOrder(now.order, now.row, last.order, last.row);
              expect(apart).toBeGreaterThan(0);
            }
            last = now;
          }
        }
        expect(promised).toBe(Infinity);
      }),
      fcOptions(100),
    );
  });
});

test('only what something reads is computed', () => {
  const node = nodeOf((events) => events.pipe(aggregate({ by: 'key', compute })));
  const said: Said[] = [];
  const hooks = node.create(contextOf(said, ['key', 'n']));
  hooks.batch(batchOf(Event, [{ at: new Date(0), key: 'a', x: 1 }], { time: 'at' }), 0);
  expect(said.map((each) => 'batch' in each && Object.keys(each.batch.columns))).toEqual([['key', 'n']]);
});

test('the reading of an input asks for the fields that are used, and for no others', () => {
  const node = nodeOf((events) => events.pipe(aggregate({ by: 'key', compute: { n: agg.count() } })));
  expect(node.needs(new Set())).toEqual([new Set(['key'])]);
});
