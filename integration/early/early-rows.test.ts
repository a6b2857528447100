import { defineJob, memoryStore, start, type JobHandle, type ObjectStore, type RunOptions } from '@millrace/core';
import { memory } from '@millrace/connectors/memory';
import { faultPoints, virtualClock, type FaultPoint } from '@millrace/core/testing';
import { where } from '@millrace/operators';
import { beforeEach, describe, expect, test } from 'vitest';
import { key, minutesOf, Sale, send as sendTo, type Sales } from './sales.js';
import { until } from '../until.js';

// What a person sees of the present minute: in a live run, by the clock of the run, through crashes.

const faults = Symbol.for('millrace.faults');

let place: ReturnType<typeof memory>;
let checkpoints: ObjectStore;
let shows: number;
beforeEach(() => {
  place = memory();
  checkpoints = memoryStore();
  shows = 0;
});

const topic = () => place.topic('sales', Sale, { partitions: 1 });
const view = () => place.view('minutes', { key });
const send = (...texts: string[]) => sendTo(topic(), ...texts);
const minutes = (sales: Sales) => minutesOf(sales, () => shows++);

const jobOf = () =>
  defineJob({
    name: 'sales',
    sources: { live: topic(), replay: topic() },
    graph: (sales) => ({ minutes: minutes(sales) }),
    sinks: { minutes: view() },
    checkpoints,
  });

/** 'shop minute n' of what somebody sees who asks for early rows, which are marked. */
async function seen(): Promise<string> {
  const rows = await view().rows({ early: true });
  return rows
    .map(({ shop, windowStart, n, early }) =>
      [shop, Number(windowStart) / 60_000, n, ...(early === true ? ['early'] : [])].join(' '),
    ) // prettier-ignore
    .sort()
    .join(', ');
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const untilSeen = (expected: string): Promise<void> => until(async () => (await seen()) === expected, seen);
/** Everything that is under way has had its turn. */
async function quiet(): Promise<void> {
  for (let i = 0; i < 50; i++) await turn();
}
const readBy = (handle: JobHandle, count: number): Promise<void> =>
  until(() => Object.values(handle.metrics().sources)[0]?.records.in === count);

const live = (clock: RunOptions['clock'], more: object = {}) =>
  ({ mode: 'live', report: false, clock: clock!, checkpointEvery: '10s', ...more }) as const;

describe('early rows of a live run', () => {
  test('come once a second by its clock, at once after a quiet time, and never where nothing has changed', async () => {
    const clock = virtualClock();
    await send('a 1 5');
    const handle = start(jobOf(), live(clock));
    await untilSeen('a 0 5 early');
    await send('a 2 1', 'b 2 7');
    await readBy(handle, 3);
    clock.advance(999);
    await quiet();
    expect([await seen(), shows]).toEqual(['a 0 5 early', 1]);
    clock.advance(1);
    await untilSeen('a 0 6 early, b 0 7 early');
    for (let second = 0; second < 5; second++) {
      clock.advance(1000);
      await quiet();
    }
    expect(shows).toBe(2);
    await send('b 3 1');
    await untilSeen('a 0 6 early, b 0 8 early');
    expect(shows).toBe(3);
    expect(await view().rows()).toEqual([]);
    expect(await view().get({ shop: 'b', windowStart: new Date(0) }, { early: true })).toMatchObject({ n: 8, early: true }); // prettier-ignore
    expect(await view().get({ shop: 'b', windowStart: new Date(0) })).toBeUndefined();
    await handle.stop();
  });

  test('stay until the checkpoint that shows their finals, and go with the run', async () => {
    const clock = virtualClock();
    await send('a 1 5');
    const handle = start(jobOf(), live(clock));
    await untilSeen('a 0 5 early');
    await send('a 2 1', 'a 61 9');
    await readBy(handle, 3);
    clock.advance(1000);
    // The first minute is final, and not yet published: its last early row is what is known.
    await untilSeen('a 0 5 early, a 1 9 early');
    clock.advance(9000);
    await untilSeen('a 0 6, a 1 9 early');
    await handle.stop();
    expect(await seen()).toBe('a 0 6');
  });

  test('are gone with their window where no final of them comes', async () => {
    const clock = virtualClock();
    const job = defineJob({
      name: 'small',
      sources: { live: topic() },
      graph: (sales) => ({ minutes: minutes(sales).pipe(where(({ n }) => n < 10)) }),
      sinks: { minutes: view() },
    });
    await send('a 1 5');
    const handle = start(job, live(clock));
    await untilSeen('a 0 5 early');
    await send('a 2 90', 'b 61 1');
    await readBy(handle, 3);
    clock.advance(10_000);
    await untilSeen('b 1 1 early');
    await handle.stop();
  });

  test('come with several tasks as well, and before an idle partition lets any window close', async () => {
    const clock = virtualClock();
    const wide = place.topic('wide', Sale, { partitions: 3, keyedBy: 'shop' });
    const job = defineJob({
      name: 'wide',
      sources: { live: wide },
      graph: (sales) => ({ minutes: minutes(sales) }),
      sinks: { minutes: view() },
    });
    const shops = ['a', 'b', 'c', 'd', 'e', 'f'];
    await wide.send(shops.map((shop) => ({ at: new Date(1000), shop, n: 1 })));
    const handle = start(job, live(clock, { tasks: 3 }));
    await readBy(handle, shops.length);
    clock.advance(1000);
    const expected = shops.map((shop) => `${shop} 0 1 early`).join(', ');
    await untilSeen(expected);
    await handle.stop();
  });
});

describe('a crash between an early row and its final', () => {
  test.each([...faultPoints])('at "%s" leaves none, and the next run shows what it has', async (point: FaultPoint) => {
    const clock = virtualClock();
    await send('a 1 5');
    let armed = false;
    const crash = {
      [faults]: (reached: FaultPoint) => {
        if (armed && reached === point) throw new Error('crashed');
      },
    };
    const handle = start(jobOf(), live(clock, crash));
    await untilSeen('a 0 5 early');
    armed = true;
    await send('a 2 1', 'a 61 9');
    await until(() => {
      clock.advance(1000);
      return handle.metrics().state === 'failed';
    });
    await expect(handle.done).rejects.toThrow('crashed');
    // Final rows may be there, by where it crashed, and nothing that may still change.
    expect(['', 'a 0 6']).toContain(await seen());

    const again = start(jobOf(), live(clock));
    await until(async () => (await seen()).includes('a 1 9 early'));
    await until(async () => {
      clock.advance(1000);
      return (await seen()) === 'a 0 6, a 1 9 early';
    });
    await topic().end();
    await again.done;
    expect(await seen()).toBe('a 0 6, a 1 9');
  });
});
