import {
  int32,
  isMillraceError,
  list,
  nullable,
  schema,
  struct,
  timestamp,
  utf8,
  type Fields,
  type Flow,
} from '@millrace/core';
import { recordsOf } from '@millrace/core/connector';
import { batchOf, runFlow, type FlowOptions, type FlowResult, type FlowStep } from '@millrace/core/testing';
import { ledgerBalances } from '@millrace/core/operate';
import { describe, expect, test } from 'vitest';
import { dedup } from '../dedup/dedup.js';
import { flatten } from '../transform/flatten.js';
import { where } from '../transform/where.js';
import { eventTime, type EventTimeOptions } from './event-time.js';

const Event = schema({ at: nullable(timestamp) });
type Event = typeof Event.fields;

const at = (...times: (number | null)[]): { at: Date | null }[] =>
  times.map((time) => ({ at: time === null ? null : new Date(time) }));

function run(
  options: EventTimeOptions,
  steps: readonly FlowStep<Event>[],
  flowOptions: FlowOptions = {},
): FlowResult & { times: number[]; lateOffsets: number[] } {
  const result = runFlow(Event, eventTime('at', options), steps, flowOptions);
  expect(Object.values(result.ledgers).every(ledgerBalances)).toBe(true);
  return {
    ...result,
    times: result.batches['out']!.flatMap((batch) => Array.from(batch.selection ?? batch.time!.keys(), (row) => batch.time![row]!)), // prettier-ignore
    lateOffsets: result.late.map((record) => Number(record['offset'])),
  };
}

describe('eventTime', () => {
  test('holds each record against those before it in its partition, not against its batch', () => {
    const times = [10, 30, 24, 25, 26, 40, 34, 35];
    const whole = run({ maxOutOfOrderness: '5ms' }, [{ rows: at(...times) }, { end: true }]);
    const single = run({ maxOutOfOrderness: '5ms' }, [...times.map((time) => ({ rows: at(time) })), { end: true } as const]); // prettier-ignore
    expect(whole.times).toEqual([10, 30, 25, 26, 40, 35]);
    expect(whole.lateOffsets).toEqual([2, 6]);
    expect([single.times, single.lateOffsets]).toEqual([whole.times, whole.lateOffsets]);
    expect(whole.ledgers['out/eventTime(at)']).toMatchObject({ in: 8, taken: 6, late: 2 });
  });

  test('a record that is exactly the bound behind is on time', () => {
    const { times, lateOffsets } = run({ maxOutOfOrderness: '5ms' }, [{ rows: at(10, 5, 4) }]);
    expect(times).toEqual([10, 5]);
    expect(lateOffsets).toEqual([2]);
  });

  test('a partition that reads ahead makes no record of another late', () => {
    const { late, watermarks } = run(
      { maxOutOfOrderness: '0s' },
      [
        { rows: at(1000, 2000), partition: 0 },
        { rows: at(10, 20), partition: 1 },
        { rows: at(30), partition: 1 },
        { end: true },
      ],
      { partitions: 2 },
    );
    expect(late).toEqual([]);
    expect(watermarks['out']).toEqual([20, 30, Infinity]);
  });

  test('the batch goes on before the watermark that it brings', () => {
    const seen: string[] = [];
    runFlow(
      Event,
      (flow) => {
        const timed = eventTime<Event>('at', { maxOutOfOrderness: '0s' })(flow);
        timed.subscribe((signal) => seen.push(signal.kind));
        return timed;
      },
      [{ rows: at(1) }, { rows: at(2) }],
    );
    expect(seen).toEqual(['batch', 'watermark', 'batch', 'watermark']);
  });

  test('goes on from a snapshot, with another number of tasks', () => {
    const { times, lateOffsets, watermarks } = run(
      { maxOutOfOrderness: '5ms' },
      [
        { rows: at(100), partition: 0 },
        { rows: at(50), partition: 1 },
        { restart: { tasks: 2 } },
        { rows: at(94, 95), partition: 0 },
        { rows: at(44, 45, 60), partition: 1 },
        { restart: { tasks: 1 } },
        { rows: at(54), partition: 1 },
      ],
      { partitions: 2 },
    );
    expect(times).toEqual([100, 50, 95, 45, 60]);
    expect(lateOffsets).toEqual([1, 1, 4]);
    expect(watermarks['out']!.at(-1)).toBe(55);
  });

  test('says where it stands in the time log, and what it reads of records', () => {
    const flow = (options: EventTimeOptions): Flow<Fields>['node'] => {
      let node: Flow<Event>['node'] | undefined;
      runFlow(Event, (input) => {
        const timed = eventTime<Event>('at', options)(input);
        node = timed.node;
        return timed;
      }, []); // prettier-ignore
      return node!;
    };
    expect(flow({ maxOutOfOrderness: '5s' })).toMatchObject({
      timeName: 'eventTime(at)',
      timed: true,
      metadata: false,
    });
    expect(flow({ maxOutOfOrderness: '5s', maxAhead: '1m', name: 'clock' })).toMatchObject({
      timeName: 'clock',
      metadata: true,
      sourceOrdered: true,
    });
  });
});

describe('case 6: an idle partition', () => {
  const p1 = 1;

  test('holds the watermark until its entry in the time log; what is below the entry is late', () => {
    const { times, watermarks, late, ledgers } = run(
      { maxOutOfOrderness: '5s' },
      [
        { rows: at(5000, 65_000, 70_000), partition: 0 },
        { advance: 65_000, partition: p1 },
        { rows: at(30_000, 66_000), partition: p1 },
        { end: true },
      ],
      { partitions: 2 },
    );
    expect(watermarks['out']).toEqual([65_000, Infinity]);
    expect(times).toEqual([5000, 65_000, 70_000, 66_000]);
    expect(late).toMatchObject([{ partition: 1, offset: 0n, code: 'MILLRACE_LATE', operator: 'eventTime(at)' }]);
    expect(ledgers['out/eventTime(at)']).toMatchObject({ in: 5, taken: 4, late: 1 });
  });

  test('without an entry it makes nothing late', () => {
    const { late, watermarks } = run(
      { maxOutOfOrderness: '5s' },
      [{ rows: at(5000, 65_000, 70_000), partition: 0 }, { rows: at(30_000), partition: p1 }], // prettier-ignore
      { partitions: 2 },
    );
    expect(late).toEqual([]);
    expect(watermarks['out']).toEqual([25_000]);
  });
});

describe('case 9: a record from the future', () => {
  const Timed = schema({ at: timestamp, n: int32 });
  const day = Date.parse('2026-09-13T10:00:00Z');
  const minute = 60_000;
  const honest = [10_000, 65_000, ...Array.from({ length: 10 }, (_, i) => (2 + i) * minute + 10_000)];
  const brokerTimes = honest.map((time) => day + time + 2000);
  const events = honest.map((time) => day + time);
  events.splice(2, 0, Date.parse('2026-09-14T10:01:00Z'));
  brokerTimes.splice(2, 0, day + 2 * minute + 3000);

  const runWith = (options: Partial<EventTimeOptions>, times: readonly number[]): FlowResult => {
    const rows = events.map((time, n) => ({ at: new Date(time), n }));
    const records = recordsOf(0, rows.map(({ n }) => String(n)), { brokerTimes: times }); // prettier-ignore
    const batch = { ...batchOf(Timed, rows), origin: { source: 'source', records } };
    return runFlow(Timed, eventTime('at', { maxOutOfOrderness: '60s', ...options }), [{ batch }]);
  };

  test('is rejected and moves no watermark', () => {
    const { outputs, late, rejected, watermarks, ledgers } = runWith({ maxAhead: '5m' }, brokerTimes);
    expect(outputs['out']!.map((row) => row['n'])).toEqual([0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(late).toEqual([]);
    expect(rejected).toMatchObject([{ offset: 2n, code: 'MILLRACE_TIME_AHEAD', field: 'at' }]);
    expect(rejected[0]!['sentence']).toContain('lies in the future, more than 5m ahead');
    expect(watermarks['out']).toEqual([day + 10 * minute + 10_000]);
    expect(ledgers['out/eventTime(at)']).toMatchObject({ in: 13, taken: 12, rejected: 1 });
  });

  test('without the guard, or without a broker time, it makes the others late', () => {
    expect(runWith({}, brokerTimes).late).toHaveLength(10);
    expect(runWith({ maxAhead: '5m' }, brokerTimes.map(() => -1)).late).toHaveLength(10); // prettier-ignore
  });

  test('a record exactly maxAhead ahead passes', () => {
    const ahead = Date.parse('2026-09-14T10:01:00Z') - (day + 2 * minute + 3000);
    expect(runWith({ maxAhead: `${ahead}ms` }, brokerTimes).rejected).toEqual([]);
    expect(runWith({ maxAhead: `${ahead - 1}ms` }, brokerTimes).rejected).toHaveLength(1);
  });

  test("with the policy 'fail' the run ends there and says so", () => {
    expect(() => runWith({ maxAhead: '5m', onError: 'fail' }, brokerTimes)).toThrow('partition 0, offset 2');
  });
});

describe('case 10: null, missing, −1', () => {
  // What is missing or cannot be read is null, or rejected, before it comes here.
  test('a null time is rejected, takes no time of a neighbour and moves nothing; −1 is a time', () => {
    const { times, rejected, watermarks, ledgers } = run({ maxOutOfOrderness: '5s' }, [
      { rows: at(1000, null, null, null, -1) },
    ]);
    expect(times).toEqual([1000, -1]);
    expect(watermarks['out']).toEqual([-4000]);
    expect(rejected).toHaveLength(3);
    expect(rejected[0]).toMatchObject({ partition: 0, offset: 1n, code: 'MILLRACE_TIME_NULL', field: 'at' });
    expect(ledgers['out/eventTime(at)']).toMatchObject({ in: 5, taken: 2, rejected: 3 });
  });

  test("with the policy 'fail' the run stops at offset 1, and hands nothing on", () => {
    const emitted: number[] = [];
    const failing = (): FlowResult =>
      runFlow(
        Event,
        (flow) => {
          const timed = eventTime<Event>('at', { maxOutOfOrderness: '5s', onError: 'fail' })(flow);
          timed.subscribe(() => emitted.push(1));
          return timed;
        },
        [{ rows: at(1000, null) }],
      );
    expect(failing).toThrow('eventTime(at): "at" is null at partition 0, offset 1.');
    expect(emitted).toEqual([]);
    try {
      failing();
    } catch (error) {
      expect(isMillraceError(error, 'MILLRACE_TIME_NULL') && error.where).toMatch(/event-time\.test\.ts/);
    }
  });
});

describe('mistakes, when the graph is built', () => {
  const Pin = schema({ id: utf8, at: timestamp, tags: nullable(timestamp) });
  const build = (operators: (flow: Flow<typeof Pin.fields>) => Flow<Fields>) => (): unknown =>
    runFlow(Pin, operators, []);
  const untyped = eventTime as unknown as (field: string, options?: object) => (flow: unknown) => Flow<Fields>;

  test('a field that is not there, or no timestamp', () => {
    expect(build(untyped('att', { maxOutOfOrderness: '5s' }))).toThrow("Write 'at'.");
    expect(build(untyped('id', { maxOutOfOrderness: '5s' }))).toThrow(
      'eventTime(id) takes the time from "id", which is utf8 where a timestamp is needed.',
    );
  });

  test('options that are not given or make no sense', () => {
    expect(() => untyped('at')).toThrow('eventTime needs an object as its options, and was given undefined');
    expect(() => untyped('at', {})).toThrow('eventTime(at): maxOutOfOrderness is undefined');
    expect(() => untyped('at', { maxOutOfOrderness: 5000 })).toThrow("maxOutOfOrderness: '5s'");
    expect(() => untyped('at', { maxOutOfOrderness: '5s', maxAhead: 'soon' })).toThrow("maxAhead is 'soon'");
    expect(() => untyped('at', { maxOutOfOrderness: '5s', onError: 'stop' })).toThrow('onError is stop');
  });

  test('rows that are no longer in the order of their source', () => {
    const deduped = (flow: Flow<typeof Pin.fields>): Flow<Fields> =>
      flow.pipe(
        eventTime('at', { maxOutOfOrderness: '5s' }),
        dedup({ by: 'id', within: '1h' }),
        where(() => true),
        eventTime('at', { maxOutOfOrderness: '5s' }),
      );
    expect(build(deduped)).toThrow(
      expect.objectContaining({
        code: 'MILLRACE_TIME_ORDER',
        sentence: expect.stringContaining('stands after dedup(id)') as string,
      }) as Error,
    );
  });

  test('maxAhead where rows have left their records', () => {
    const Lists = schema({ at: timestamp, items: list(struct({ n: int32 })) });
    const flat = (maxAhead?: string) => (): unknown =>
      runFlow(
        Lists,
        (flow) =>
          flow.pipe(flatten('items'), eventTime('at', { maxOutOfOrderness: '5s', ...(maxAhead && { maxAhead }) })),
        [],
      );
    expect(flat()).not.toThrow();
    expect(flat('1m')).toThrow('eventTime(at) with maxAhead needs a flow that is still in the order of its source');
  });

  test('no flow', () => {
    expect(() => untyped('at', { maxOutOfOrderness: '5s' })(undefined)).toThrow('eventTime was given undefined');
  });
});
