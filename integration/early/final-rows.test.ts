import { defineJob, run, type Sink } from '@millrace/core';
import { memory } from '@millrace/connectors/memory';
import { virtualClock } from '@millrace/core/testing';
import { agg, aggregate, eventTime, tumbling, where } from '@millrace/operators';
import { beforeEach, describe, expect, test } from 'vitest';
import { key, minutesOf, Sale, send as sendTo, type Sales } from './sales.js';

// What early rows do not touch, and where there are none.

let place: ReturnType<typeof memory>;
let shows: number;
beforeEach(() => {
  place = memory();
  shows = 0;
});

const topic = () => place.topic('sales', Sale, { partitions: 1 });
const view = () => place.view('minutes', { key });
const send = (...texts: string[]) => sendTo(topic(), ...texts);
const minutes = (sales: Sales) => minutesOf(sales, () => shows++);
const live = (clock = virtualClock(1)) => ({ mode: 'live', report: false, clock }) as const;

const jobOf = () =>
  defineJob({
    name: 'sales',
    sources: { live: topic(), replay: topic() },
    graph: (sales) => ({ minutes: minutes(sales) }),
    sinks: { minutes: view() },
  });

describe('final rows', () => {
  test('digests and ledgers are the same with early rows and without', async () => {
    const graphOf = (early: boolean) => (sales: Sales) => {
      const timed = sales.pipe(eventTime('at', { maxOutOfOrderness: '2s' }));
      const options = { window: tumbling('1m'), by: 'shop', name: 'minutes' } as const;
      const minutes = early
        ? timed.pipe(aggregate({ ...options, compute: { n: agg.sum('n') }, early: '3ms' }))
        : timed.pipe(aggregate({ ...options, compute: { n: agg.sum('n') } }));
      minutes.subscribe((signal) => (shows += signal.kind === 'early' ? 1 : 0));
      return { minutes, large: minutes.pipe(where(({ n }) => n > 40)) };
    };
    await send(...Array.from({ length: 400 }, (_, i) => `${'abc'[i % 3]} ${i + ((i * 7) % 5)} ${i % 11}`));
    await topic().end();
    const resultOf = async (early: boolean) => {
      const own = memory();
      const sinkOf = (name: string) => own.view(name, { key });
      const job = defineJob({
        name: `early ${early}`.replace(' ', '-'),
        sources: { live: topic() },
        graph: graphOf(early),
        sinks: { minutes: sinkOf('minutes'), large: sinkOf('large') },
      });
      const { outputs, ledger } = await run(job, {
        ...live(),
        batchRows: 7,
        checkpointEvery: '40ms',
      });
      return { outputs, ledger, minutes: await sinkOf('minutes').rows(), large: await sinkOf('large').rows() };
    };
    const without = await resultOf(false);
    expect(shows).toBe(0);
    expect(await resultOf(true)).toEqual(without);
    expect(shows).toBeGreaterThan(20);
    expect(without.large.length).toBeGreaterThan(0);
  });
});

describe('where there are none', () => {
  test('a replay shows none, and takes a sink that could not', async () => {
    await send('a 1 5', 'a 61 9');
    await topic().end();
    const list = place.list('replayed');
    await run(jobOf(), { ...live(), mode: 'replay', sinks: { minutes: list } });
    expect(shows).toBe(0);
    expect(await list.rows()).toHaveLength(2);
  });

  test('a sink that keeps every row is refused when the job is defined, and when a live run names one', async () => {
    const list = place.list('minutes') as Sink<never> as never;
    let refused: unknown;
    try {
      defineJob({
        name: 'sales',
        sources: { live: topic() },
        graph: (sales) => ({ minutes: minutes(sales) }),
        sinks: { minutes: list },
      });
    } catch (error) {
      refused = error;
    }
    expect(refused).toMatchObject({
      code: 'MILLRACE_SINK_UNFIT',
      sentence: 'memory list "minutes" cannot take the output "minutes": its rows come early too, and the sink keeps every row that it is given.', // prettier-ignore
      where: expect.stringContaining('final-rows.test.ts') as string,
    });
    const named = run(jobOf(), { ...live(), sinks: { minutes: list } });
    await expect(named).rejects.toMatchObject({ code: 'MILLRACE_SINK_UNFIT' });
  });

  test('a view that would have to mark rows over their own field is refused', () => {
    const define = () =>
      defineJob({
        name: 'sales',
        sources: { live: topic() },
        graph: (sales) => ({
          minutes: sales.pipe(
            eventTime('at', { maxOutOfOrderness: '0s' }),
            aggregate({ window: tumbling('1m'), by: 'shop', compute: { early: agg.count() }, early: '1s' }),
          ),
        }),
        sinks: { minutes: view() },
      });
    expect(define).toThrow('it marks early rows in a field "early", and the output has one');
  });
});
