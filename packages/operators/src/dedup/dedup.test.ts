import { int32, nullable, schema, timestamp, utf8, type Fields, type Flow } from '@millrace/core';
import { ledgerBalances } from '@millrace/core/operate';
import { runFlow, type FlowOptions, type FlowResult, type FlowStep } from '@millrace/core/testing';
import { describe, expect, test } from 'vitest';
import { eventTime } from '../event-time/event-time.js';
import { dedup, type DedupOptions } from './dedup.js';

const Event = schema({ id: nullable(utf8), at: timestamp });
type Event = typeof Event.fields;

const minute = 60_000;
/** `A@10` is id A at 10 minutes; `?@10` has no id. */
const events = (...texts: string[]): { id: string | null; at: Date }[] =>
  texts.map((text) => {
    const [id, at] = text.split('@') as [string, string];
    return { id: id === '?' ? null : id, at: new Date(Number(at) * minute) };
  });

interface DedupResult extends FlowResult {
  readonly texts: readonly string[];
}

function run(
  steps: readonly FlowStep<Event>[],
  options: Partial<DedupOptions<'id'>> = {},
  flowOptions: FlowOptions = {},
  maxOutOfOrderness = '0s',
): DedupResult {
  const result = runFlow(
    Event,
    (flow) => flow.pipe(eventTime('at', { maxOutOfOrderness }), dedup({ by: 'id', within: '10m', ...options })),
    steps,
    flowOptions,
  );
  expect(Object.values(result.ledgers).every(ledgerBalances)).toBe(true);
  const texts = result.outputs['out']!.map(
    (row) => `${(row['id'] as string | null) ?? '?'}@${(row['at'] as Date).getTime() / minute}`,
  );
  return { ...result, texts };
}

const end = { end: true } as const;

describe('dedup', () => {
  test('keeps the earliest record, also where a later one was read first', () => {
    const { texts, ledgers } = run([{ rows: events('A@3', 'A@1', 'A@2') }, end], {}, {}, '5m');
    expect(texts).toEqual(['A@1']);
    expect(ledgers['out/dedup(id)']).toMatchObject({ in: 3, taken: 1, duplicate: 2, pending: 0 });
  });

  test('counts from the kept record: less than `within` after it is a duplicate, the next begins anew', () => {
    const { texts } = run([{ rows: events('A@0', 'A@6', 'A@9.99', 'A@10', 'A@19', 'A@20.5') }, end]);
    expect(texts).toEqual(['A@0', 'A@10', 'A@20.5']);
  });

  test('gives rows by time and order, and holds those that the watermark has not passed', () => {
    const steps = [{ rows: events('B@2', 'A@1', 'C@8', 'D@3') }];
    const held = run(steps, {}, {}, '5m');
    expect(held.texts).toEqual(['A@1', 'B@2']);
    expect(held.watermarks['out']).toEqual([3 * minute]);
    expect(held.ledgers['out/dedup(id)']).toMatchObject({ in: 4, taken: 2, pending: 2 });
    expect(held.stateRows['out/dedup(id)']).toBe(4);
    expect(run([...steps, end], {}, {}, '5m').texts).toEqual(['A@1', 'B@2', 'D@3', 'C@8']);
  });

  test('ties of time go by partition and offset', () => {
    const { outputs } = runFlow(
      schema({ id: utf8, n: int32, at: timestamp }),
      (flow) => flow.pipe(eventTime('at', { maxOutOfOrderness: '0s' }), dedup({ by: 'id', within: '10m' })),
      [
        { rows: [{ id: 'A', n: 1, at: new Date(5) }, { id: 'A', n: 2, at: new Date(5) }], partition: 1 }, // prettier-ignore
        { rows: [{ id: 'A', n: 3, at: new Date(5) }], partition: 0 },
        end,
      ],
      { partitions: 2 },
    );
    expect(outputs['out']).toEqual([{ id: 'A', n: 3, at: new Date(5) }]);
  });

  test('by several fields', () => {
    const { outputs } = runFlow(
      schema({ device: utf8, kind: int32, at: timestamp }),
      (flow) =>
        flow.pipe(eventTime('at', { maxOutOfOrderness: '0s' }), dedup({ by: ['device', 'kind'], within: '10m' })),
      [
        {
          rows: [
            { device: 'a', kind: 1, at: new Date(1) },
            { device: 'a', kind: 2, at: new Date(2) },
            { device: 'a', kind: 1, at: new Date(3) },
          ],
        },
        end,
      ],
    );
    expect(outputs['out']!.map((row) => row['kind'])).toEqual([1, 2]);
  });

  test('keeps a key no longer than `within` of event time', () => {
    const steps = Array.from({ length: 50 }, (_, i) => ({ rows: events(`k${i}a@${i}`, `k${i}b@${i}`) }));
    const { stateRows, texts } = run(steps);
    expect(texts).toHaveLength(98);
    // Rows of minute 49 wait; keys of minutes 40 to 48 are kept, since one at 39 has expired for all that can still come.
    expect(stateRows['out/dedup(id)']).toBe(2 + 2 * 9);
  });

  test('goes on from the state of another number of tasks', () => {
    const rows = ['A@1', 'B@2', 'C@3', 'D@4', 'E@5', 'F@6'];
    const again = rows.map((text) => text.replace('@', '@1'));
    const { texts, ledgers } = run(
      [
        { rows: events(...rows.slice(0, 3)), partition: 0 },
        { rows: events(...rows.slice(3)), partition: 1 },
        { restart: { tasks: 3 } },
        { rows: events('A@7', 'B@7'), partition: 0 },
        { restart: { tasks: 2 } },
        { rows: events(...again), partition: 1 },
        end,
      ],
      {},
      { partitions: 2 },
    );
    expect([...texts].sort()).toEqual([...rows, ...again].sort());
    expect(ledgers['out/dedup(id)']).toMatchObject({ in: 14, taken: 12, duplicate: 2 });
  });

  test('a source that is grouped by the key needs no exchange', () => {
    const inputOf = (keyedBy?: string): string => {
      let operator = '';
      const graph = (flow: Flow<Event>): Flow<Event> => {
        const made = flow.pipe(eventTime('at', { maxOutOfOrderness: '0s' }), dedup({ by: 'id', within: '1h' }));
        operator = made.node.inputs[0]!.operator;
        return made;
      };
      runFlow(Event, graph, [], keyedBy === undefined ? {} : { keyedBy });
      return operator;
    };
    expect(inputOf()).toBe('exchange');
    expect(inputOf('id')).toBe('eventTime');
  });
});

describe("dedup with order: 'arrival'", () => {
  const arrival = { order: 'arrival' } as const;

  test('keeps what is read first, at once', () => {
    const { texts, ledgers } = run(
      [{ rows: events('A@3', 'B@4', 'A@1', 'A@12', 'A@13') }],
      arrival,
      { keyedBy: 'id' },
      '15m',
    );
    expect(texts).toEqual(['A@3', 'B@4', 'A@13']);
    expect(ledgers['out/dedup(id)']).toMatchObject({ in: 5, taken: 3, duplicate: 2, pending: 0 });
  });

  test('is refused where equal keys may be in two partitions', () => {
    expect(() => run([], arrival)).toThrow(
      "dedup(id): order: 'arrival' needs a source that keeps equal values of id in one partition.",
    );
    expect(() => run([], arrival, { keyedBy: 'at' })).toThrow('Declare keyedBy on the source');
  });
});

describe('case 13', () => {
  const first = [{ rows: events('A@0') }, { rows: events('B@1') }];
  const rest = [{ rows: events('A@2', 'C@3') }, { rows: events('D@19') }, { rows: events('A@20') }];
  const answer = ['A@0', 'B@1', 'C@3', 'D@19', 'A@20'];

  test('across batches and a restart', () => {
    const { texts, ledgers } = run([...first, { restart: { tasks: 1 } }, ...rest, end]);
    expect(texts).toEqual(answer);
    expect(ledgers['out/dedup(id)']).toMatchObject({ in: 6, taken: 5, duplicate: 1, pending: 0 });
  });

  test('o2 and o3 that come again after a crash count once: the state is that of the checkpoint', () => {
    // What was processed behind the checkpoint is gone with the crash, together with what it had put into the state.
    const crashed = run([...first, rest[0]!]);
    const resumed = run([...first, { restart: { tasks: 2 } }, ...rest, end]);
    expect(crashed.texts).toEqual(['A@0', 'B@1']);
    expect(resumed.texts).toEqual(answer);
  });

  test('after o5 the state holds two ids: D, and A, whose record waits', () => {
    const { stateRows } = run([...first, ...rest]);
    expect(stateRows['out/dedup(id)']).toBe(2);
    const later = run([...first, ...rest, { rows: events('E@20.5') }]);
    expect(later.texts).toEqual(answer);
    expect(later.stateRows['out/dedup(id)']).toBe(3);
  });

  test('two records without an id both pass, and leave no state', () => {
    const { texts, stateRows, ledgers } = run([{ rows: events('?@1', '?@1', 'A@1', '?@2') }, { rows: events('B@3') }]);
    expect(texts).toEqual(['?@1', '?@1', 'A@1', '?@2']);
    expect(stateRows['out/dedup(id)']).toBe(2);
    expect(ledgers['out/dedup(id)']).toMatchObject({ in: 5, taken: 4, pending: 1 });
  });
});

describe('mistakes, when the graph is built', () => {
  const build =
    (options: object, timed = true) =>
    (): unknown =>
      runFlow(
        Event,
        (flow) => {
          const input = timed ? flow.pipe(eventTime('at', { maxOutOfOrderness: '0s' })) : flow;
          return (dedup as unknown as (options: object) => (flow: Flow<Fields>) => Flow<Fields>)(options)(input);
        },
        [],
      );

  test('a field that is not there', () => {
    expect(build({ by: 'ids', within: '1h' })).toThrow('dedup(ids) compares "ids", which its input does not have.');
    expect(build({ by: ['id', 'adt'], within: '1h' })).toThrow("Write 'at'.");
    expect(build({ by: [], within: '1h' })).toThrow('by names no field');
  });

  test('no event time', () => {
    expect(build({ by: 'id', within: '1h' }, false)).toThrow('dedup(id) needs event time, and its input has none.');
  });

  test('options that make no sense', () => {
    expect(build({ by: 'id' })).toThrow('dedup(id): within is undefined');
    expect(build({ by: 'id', within: '0s' })).toThrow('must be longer');
    expect(build({ by: 'id', within: '1h', order: 'time' })).toThrow('order is time');
  });
});
