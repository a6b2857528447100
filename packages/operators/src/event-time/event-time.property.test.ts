import { nullable, schema, timestamp } from '@millrace/core';
import { recordsOf } from '@millrace/core/connector';
import type { PlanNode, ReferenceRow, TimeLogEntry } from '@millrace/core/operate';
import { batchOf, runFlow, type FlowStep } from '@millrace/core/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eventTime, type EventTimeOptions } from './event-time.js';

const Event = schema({ at: nullable(timestamp) });
type Event = typeof Event.fields;

const partitions = 3;
const partition = fc.nat(partitions - 1);
const record = fc.record({
  at: fc.option(fc.integer({ min: -60, max: 60 }), { freq: 8 }),
  brokerTime: fc.oneof(fc.constant(-1), fc.integer({ min: 0, max: 60 })),
});
const action = fc.oneof(
  { weight: 6, arbitrary: fc.record({ partition, records: fc.array(record, { minLength: 1, maxLength: 8 }) }) },
  { weight: 2, arbitrary: fc.record({ partition, advance: fc.integer({ min: -60, max: 60 }) }) },
  { weight: 1, arbitrary: fc.record({ tasks: fc.integer({ min: 1, max: 4 }) }) },
);
const options: fc.Arbitrary<EventTimeOptions> = fc
  .record({ bound: fc.nat(30), ahead: fc.option(fc.nat(30), { nil: undefined }) })
  .map(({ bound, ahead }) => ({
    maxOutOfOrderness: `${bound}ms`,
    ...(ahead === undefined ? {} : { maxAhead: `${ahead}ms` }),
  }));

type Action = typeof action extends fc.Arbitrary<infer A> ? A : never;

/** The same records as steps of a run, and as what the reference sees. */
function scripted(actions: readonly Action[]): { steps: FlowStep<Event>[]; rows: ReferenceRow[]; log: TimeLogEntry[] } {
  const next = new Array<number>(partitions).fill(0);
  const steps: FlowStep<Event>[] = [];
  const rows: ReferenceRow[] = [];
  const log: TimeLogEntry[] = [];
  let tasks = 1;
  for (const each of actions) {
    if ('tasks' in each) {
      tasks = each.tasks;
      steps.push({ restart: { tasks } });
    } else if ('advance' in each) {
      const { partition, advance } = each;
      log.push({
        eventTime: 'eventTime(at)',
        source: 'source',
        partition,
        offset: next[partition]!,
        watermark: advance,
      });
      steps.push({ advance, partition });
    } else {
      const { partition, records } = each;
      const offset = next[partition]!;
      next[partition] = offset + records.length;
      const events = records.map(({ at }) => ({ at: at === null ? null : new Date(at) }));
      const brokerTimes = records.map(({ brokerTime }) => brokerTime);
      const origin = { source: 'source', records: recordsOf(partition, events.map(() => ''), { offset, brokerTimes }) }; // prettier-ignore
      steps.push({ batch: { ...batchOf(Event, events, { partition, offset }), origin }, task: partition % tasks });
      events.forEach((row, i) => {
        const place = { source: 'source', partition, offset: offset + i, brokerTime: brokerTimes[i]! };
        rows.push({
          time: undefined,
          order: ['source', partition, offset + i],
          row,
          record: { ...place, key: null, value: null, headers: [] },
        });
      });
    }
  }
  return { steps: [...steps, { end: true }], rows, log };
}

test('takes and refuses what the reference does, whatever the batches, the interleaving and the restarts', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 25 }), options, async (actions, chosen) => {
      const { steps, rows, log } = scripted(actions);
      let node: PlanNode | undefined;
      const result = runFlow(
        Event,
        (flow) => {
          const timed = eventTime<Event>('at', chosen)(flow);
          node = timed.node;
          return timed;
        },
        steps,
        { partitions },
      );
      const expected = (await node!.reference!())([rows], log);
      const kept = result.batches['out']!.flatMap(
        (batch) =>
        Array.from(batch.selection ?? batch.group.keys(), (row) => `${batch.group[row]}/${valueOf(batch.order[2], row)} ${batch.time![row]}`), // prettier-ignore
      );
      const sideText = (side: { readonly [field: string]: unknown }): string =>
        `${String(side['partition'])}/${String(side['offset'])}`;
      expect(kept.sort()).toEqual(expected.rows.map((row) => `${placeText(row)} ${row.time}`).sort());
      expect(result.late.map(sideText).sort()).toEqual(expected.late.map(placeText).sort());
      expect(result.rejected.map((side) => `${sideText(side)} ${String(side['code'])}`).sort()).toEqual(
        expected.rejected.map(({ row, code }) => `${placeText(row)} ${code}`).sort(),
      );
      expect(result.ledgers['out/eventTime(at)']).toEqual(expected.ledger);
      // Only a restart, of which the new tasks begin anew, may lower what came before.
      if (!actions.some((each) => 'tasks' in each)) {
        const watermarks = result.watermarks['out']!;
        expect(watermarks).toEqual([...new Set(watermarks)].sort((a, b) => a - b));
        expect(watermarks.at(-1)).toBe(Infinity);
      }
    }),
  );
});

function placeText({ record }: ReferenceRow): string {
  return `${record!.partition}/${record!.offset}`;
}

function valueOf(column: unknown, row: number): number {
  return (column as { readonly values: Float64Array }).values[row]!;
}
