import { defineJob, memoryStore, run, schema, start, timestamp, utf8, type Job } from '@millrace/core';
import { lake, readRows } from '@millrace/connectors/lake';
import { memory } from '@millrace/connectors/memory';
import { agg, aggregate, clean, dedup, eventTime, select, text, tumbling } from '@millrace/operators';
import { expect, test } from 'vitest';
import { readUp } from '../lake/read-up.js';

// What every object has by itself is the name of a field, an output or a state like any other.

/** A job whose fields, state and outputs bear a name, run in two parts with a checkpoint between; what its sinks show. */
async function shownOf(given: string): Promise<unknown> {
  const name = given as 'plain';
  const Event = schema({ [name]: utf8, at: timestamp });
  const place = memory();
  const topic = place.topic('events', Event, { partitions: 2, keyedBy: name });
  const tables = lake({ root: memoryStore() });
  const view = place.view('counts', { key: [name, 'windowStart'] });
  const totals = place.view('totals', { key: [name] });
  const list = place.list('once');
  const job = defineJob({
    name: 'special-names',
    sources: { live: topic },
    graph: (events) => {
      const timed = events.pipe(clean({ [name]: text().trim() }), eventTime('at', { maxOutOfOrderness: '0s' }));
      return {
        [name]: timed.pipe(dedup({ by: name, within: '1h', name }), select(name)),
        counts: timed.pipe(aggregate({ window: tumbling('1m'), by: name, compute: { n: agg.count() } })),
        stored: timed.pipe(aggregate({ window: tumbling('1m'), by: 'at', compute: { [name]: agg.max(name) } })),
        totals: timed.pipe(aggregate({ by: name, compute: { n: agg.count() } })),
      };
    },
    sinks: { [name]: list, counts: view, stored: tables.table('stored'), totals },
    checkpoints: memoryStore(),
  });
  const send = async (...values: readonly (readonly [string, number])[]): Promise<void> => {
    await topic.send(values.map(([value, second]) => ({ [name]: value, at: new Date(second * 1000) })));
  };
  await send([' a', 0], ['b', 1], ['a ', 2], ['c', 3]);
  const handle = start(job, { mode: 'live', report: false });
  await readUp(handle);
  await handle.stop();
  await send(['a', 4], ['d', 5], ['b', 61], ['a', 62]);
  await topic.end();
  const { ledger } = await run(job, { mode: 'live', report: false, tasks: 2 });
  const stored: unknown[] = [];
  for await (const row of readRows(tables.table('stored'))) stored.push(row);
  const shown = { list: await list.rows(), counts: await view.rows(), totals: await totals.rows(), stored };
  const plain = ([key, value]: [string, unknown]): [string, unknown] => [key === name ? 'plain' : key, value];
  const rows = Object.entries(shown).map(([sink, all]) => {
    const texts = all.map((row) =>
      JSON.stringify(
        Object.fromEntries(
          Object.entries(row as object)
            .map(plain)
            .sort(),
        ),
      ),
    );
    return [sink, texts.sort()];
  });
  return { rows: Object.fromEntries(rows) as unknown, ledger: Object.values(ledger) };
}

const special = ['__proto__', 'constructor', 'toString'];

test.each(special)('%s is a name like any other', async (name) => {
  const shown = await shownOf(name);
  expect(shown).toEqual(await shownOf('plain'));
  expect(JSON.stringify(shown)).toContain('{\\"n\\":2,\\"plain\\":\\"b\\"}');
});

test.each(special)('an output %s that comes later has no rows from before', async (name) => {
  const place = memory();
  const topic = place.topic('events', schema({ at: timestamp }));
  const checkpoints = memoryStore();
  const jobWith = (...names: readonly string[]): Job =>
    defineJob({
      name: 'later',
      sources: { live: topic },
      graph: (events) => Object.fromEntries(names.map((each) => [each, events])),
      sinks: Object.fromEntries(names.map((each) => [each, place.list(each)])),
      checkpoints,
    });
  await topic.send([{ at: new Date(0) }]);
  const handle = start(jobWith('first'), { mode: 'live', report: false });
  await readUp(handle);
  await handle.stop();
  await topic.send([{ at: new Date(1) }]);
  await topic.end();
  const { outputs } = await run(jobWith('first', name), { mode: 'live', report: false });
  expect(Object.entries(outputs).map(([output, { rows }]) => [output, rows])).toEqual([
    ['first', 2],
    [name, 1],
  ]);
});
