import { defineJob, fieldsText, memoryStore, run, start, type Flow } from '@millrace/core';
import { archive, lake } from '@millrace/connectors/lake';
import { memory } from '@millrace/connectors/memory';
import { seedOf, virtualClock } from '@millrace/core/testing';
import { expect, test } from 'vitest';
import { fill, pinGraph, RawPin, sorted } from './pin-graph.js';
import { pinRecords } from './pin-records.js';

function resultsIn(place: ReturnType<typeof memory>, run: string) {
  return {
    pins: place.list(`${run}-pins`),
    minutes: place.view(`${run}-minutes`, { key: ['category', 'windowStart'] }),
    late: place.list(`${run}-late`),
    rejected: place.list(`${run}-rejected`),
  };
}

test('law 1: a graph gives the same live, while records come, and from the lake', async () => {
  const place = memory();
  const topic = place.topic('pins', RawPin, { partitions: 3 });
  const archived = lake({ root: memoryStore() }).table('archived-pins', RawPin);
  const inputs: Flow<typeof RawPin.fields>[] = [];
  const live = resultsIn(place, 'live');
  const replayed = resultsIn(place, 'replay');
  const job = defineJob({
    name: 'pins',
    sources: { live: topic, replay: archived },
    graph: (pins) => {
      inputs.push(pins);
      return pinGraph(pins);
    },
    sinks: live,
  });

  const records = pinRecords(seedOf(), 3, 300);
  const options = { report: false, tasks: 2, checkpointEvery: '200ms' } as const;
  const running = start(job, { ...options, mode: 'live', clock: virtualClock(1), batchRows: 16 });
  const archiving = start(archive({ from: topic, to: archived, flushRows: 100 }), { mode: 'live', report: false });
  for (let from = 0; from < 400; from += 40) {
    await fill(
      topic,
      records.map((partition) => partition.slice(from, from + 40)),
    );
  }
  await topic.end();
  const first = await running.done;
  await archiving.done;
  const again = await run(job, { ...options, mode: 'replay', tasks: 3, batchRows: 50, sinks: replayed });

  expect(again.outputs).toEqual(first.outputs);
  expect(again.ledger).toEqual(first.ledger);
  expect(sorted(await replayed.pins.rows())).toEqual(sorted(await live.pins.rows()));
  expect(sorted(await replayed.minutes.rows())).toEqual(sorted(await live.minutes.rows()));
  for (const side of ['late', 'rejected'] as const) {
    const aside = sorted(await live[side].rows());
    expect(aside).not.toEqual([]);
    expect(sorted(await replayed[side].rows())).toEqual(aside);
  }

  // One graph is made, by one call, and what it is given does not even know two names.
  expect(inputs).toHaveLength(1);
  const [input] = inputs;
  expect(fieldsText(input!.schema.fields)).toBe(fieldsText(RawPin.fields));
  expect(input!.node).toMatchObject({ role: 'source', label: 'pins', details: {}, where: undefined });
});
