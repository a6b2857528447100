import { int32, nullable, schema, timestamp, utf8, type Flow } from '@millrace/core';
import type { PlanNode, ReferenceRow } from '@millrace/core/operate';
import { runFlow, type FlowStep } from '@millrace/core/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eventTime } from '../event-time/event-time.js';
import { dedup, type DedupOptions } from './dedup.js';

const Event = schema({ id: nullable(utf8), kind: nullable(int32), at: timestamp, n: int32 });
type Event = typeof Event.fields;

const partitions = 3;
const maxOutOfOrderness = 20;
const record = fc.record({
  partition: fc.nat(partitions - 1),
  id: fc.option(fc.constantFrom('', 'a', 'b', 'c', 'é'), { freq: 10 }),
  kind: fc.option(fc.nat(1), { freq: 10 }),
  /** Event time moves on from record to record, with steps back that stay within the bound. */
  ahead: fc.nat(6),
  back: fc.nat(maxOutOfOrderness),
});
const cut = fc.oneof(
  { weight: 8, arbitrary: fc.constant({ batch: true } as const) },
  { weight: 1, arbitrary: fc.record({ tasks: fc.integer({ min: 1, max: 4 }) }) },
);
const script = fc.array(fc.tuple(fc.array(record, { maxLength: 8 }), cut), { maxLength: 20 });

type Script = typeof script extends fc.Arbitrary<infer S> ? S : never;

function scripted(actions: Script): { steps: FlowStep<Event>[]; rows: ReferenceRow[] } {
  const next = new Array<number>(partitions).fill(0);
  const steps: FlowStep<Event>[] = [];
  const rows: ReferenceRow[] = [];
  let now = 0;
  for (const [records, then] of actions) {
    const batches = new Map<number, ReferenceRow['row'][]>();
    for (const { partition, id, kind, ahead, back } of records) {
      now += ahead;
      const row = { id, kind, at: new Date(now - back), n: rows.length };
      batches.set(partition, [...(batches.get(partition) ?? []), row]);
      const order = ['source', partition, next[partition]!++];
      rows.push({ time: now - back, order, row, record: undefined });
    }
    for (const [partition, batch] of batches) steps.push({ rows: batch as never[], partition });
    if ('tasks' in then) steps.push({ restart: { tasks: then.tasks } });
  }
  return { steps: [...steps, { end: true }], rows };
}

const inReadingOrder = (rows: readonly ReferenceRow[]): ReferenceRow[] =>
  [...rows].sort((a, b) => (a.order[1] as number) - (b.order[1] as number) || (a.order[2] as number) - (b.order[2] as number)); // prettier-ignore

const numbersOf = (rows: readonly { readonly [field: string]: unknown }[]): number[] =>
  rows.map((row) => row['n'] as number);

async function compare(
  actions: Script,
  options: DedupOptions<'id' | 'kind'>,
  keyedBy: string | undefined,
): Promise<{ got: number[]; expected: number[] }> {
  const { steps, rows } = scripted(actions);
  let node: PlanNode | undefined;
  const graph = (flow: Flow<Event>): Flow<Event> => {
    const kept = flow.pipe(eventTime('at', { maxOutOfOrderness: `${maxOutOfOrderness}ms` }), dedup(options));
    node = kept.node;
    return kept;
  };
  const result = runFlow(Event, graph, steps, { partitions, ...(keyedBy === undefined ? {} : { keyedBy }) });
  const reference = (await node!.reference!())([inReadingOrder(rows)], []);
  expect(result.late).toEqual([]);
  expect(Object.entries(result.ledgers).find(([name]) => name.startsWith('out/dedup'))![1]).toEqual(reference.ledger);
  return { got: numbersOf(result.outputs['out']!), expected: numbersOf(reference.rows.map(({ row }) => row)) };
}

const ascending = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b);

describe('dedup keeps what the reference keeps', () => {
  test('by event time, whatever the batches, the interleaving, the tasks and the restarts', async () => {
    const options = fc.record({
      by: fc.constantFrom('id' as const, 'kind' as const, ['id', 'kind'] as const),
      within: fc.integer({ min: 1, max: 60 }).map((ms) => `${ms}ms`),
    });
    await fc.assert(
      fc.asyncProperty(script, options, async (actions, chosen) => {
        const { got, expected } = await compare(actions, chosen, undefined);
        expect(ascending(got)).toEqual(ascending(expected));
        // One task's output is sorted by (time, order).
        if (actions.every(([, then]) => !('tasks' in then))) expect(got).toEqual(expected);
      }),
    );
  });

  test('by arrival, where the source keeps equal keys together', async () => {
    const within = fc.integer({ min: 1, max: 60 }).map((ms) => `${ms}ms`);
    await fc.assert(
      fc.asyncProperty(script, within, async (actions, chosen) => {
        const together = actions.map(([records, then]): Script[number] => [
          records.map((record) => ({ ...record, partition: (record.id ?? 'null').charCodeAt(0) % partitions || 0 })),
          then,
        ]);
        const { got, expected } = await compare(together, { by: 'id', within: chosen, order: 'arrival' }, 'id');
        expect(ascending(got)).toEqual(ascending(expected));
      }),
    );
  });
});
