import { defineJob, run, type LedgerCounts } from '@millrace/core';
import { memory } from '@millrace/connectors/memory';
import { seedOf } from '@millrace/core/testing';
import { expect, test } from 'vitest';
import { fill, pinGraph, RawPin } from './pin-graph.js';
import { pinRecords } from './pin-records.js';

const partitions = 3;

async function ran(atEnd: 'flush' | 'hold') {
  const place = memory();
  const topic = place.topic('pins', RawPin, { partitions });
  const records = pinRecords(seedOf(), partitions, 300);
  await fill(topic, records);
  await topic.end();
  const sinks = {
    pins: place.list('pins'),
    minutes: place.list('minutes'),
    late: place.list('late'),
    rejected: place.list('rejected'),
  };
  const job = defineJob({ name: 'pins', sources: { live: topic }, graph: pinGraph, sinks });
  const { ledger, outputs } = await run(job, { mode: 'live', atEnd, tasks: 2, batchRows: 50, report: false });
  const sent = records.flat().filter((record) => !(typeof record === 'object' && 'pauseMs' in record)).length;
  return { ledger, outputs, sinks, sent };
}

function settled({ taken, late, duplicate, rejected, filtered, pending }: LedgerCounts): number {
  return taken + late + duplicate + rejected + filtered + pending;
}

function sum(ledger: Readonly<Record<string, LedgerCounts>>, outcome: keyof LedgerCounts): number {
  return Object.values(ledger).reduce((total, counts) => total + counts[outcome], 0);
}

test.each(['flush', 'hold'] as const)('law 3: every record is settled once, where the end means %s', async (atEnd) => {
  const { ledger, outputs, sinks, sent } = await ran(atEnd);
  for (const [operator, counts] of Object.entries(ledger)) {
    expect({ operator, settled: settled(counts) }).toEqual({ operator, settled: counts.in });
  }
  // No way out was left untried, and rows are pending only where the input may go on.
  for (const outcome of ['late', 'duplicate', 'rejected', 'filtered'] as const) {
    expect(sum(ledger, outcome)).toBeGreaterThan(0);
  }
  expect(sum(ledger, 'pending') > 0).toBe(atEnd === 'hold');

  // What an operator hands on the next one has met: all records are somewhere, from the topic to the sinks.
  const ways = ['late', 'duplicate', 'rejected', 'filtered', 'pending'] as const;
  expect(ledger['source(pins)']?.in).toBe(sent);
  const gone = ways.reduce((total, outcome) => total + sum(ledger, outcome), 0);
  expect(outputs['pins']!.rows + gone).toBe(sent);
  expect(ledger['minutes/aggregate(category)']?.taken).toBe(outputs['pins']!.rows);

  for (const side of ['late', 'rejected'] as const) {
    const rows = await sinks[side].rows();
    expect(rows).toHaveLength(sum(ledger, side));
    const places = rows.map(
      ({ source, partition, offset }) => `${String(source)}/${String(partition)}/${String(offset)}`,
    );
    expect(new Set(places).size).toBe(rows.length);
  }
});
