import { defineJob, memoryStore, run, schema, utf8, type ObjectStore } from '@millrace/core';
import { lake, readRows } from '@millrace/connectors/lake';
import { memory } from '@millrace/connectors/memory';
import { readCheckedJson } from '@millrace/core/connector';
import { faultPoints, testSource, virtualClock, type FaultPoint } from '@millrace/core/testing';
import { expect, test } from 'vitest';

const Pin = schema({ id: utf8 });
const records = Array.from({ length: 60 }, (_, i) => JSON.stringify({ id: `pin-${i}` }));

/** The port of the driver for tests: what it throws at a point is as good as a kill. */
const faults = Symbol.for('millrace.faults');

interface Manifest {
  readonly number: number;
  readonly outputs: { readonly [output: string]: { readonly rows: number } };
}

/** The last manifest of the only history in the store. */
async function lastManifest(store: ObjectStore): Promise<Manifest> {
  let last = '';
  for await (const { key } of store.list('job/live/0000/manifest/')) last = key;
  return readCheckedJson((await store.get(last))!).value as Manifest;
}

function setup() {
  const store = memoryStore();
  const place = memory();
  const table = lake({ root: memoryStore() }).table('pins');
  const list = place.list('pins');
  const job = defineJob({
    name: 'job',
    sources: { live: testSource('pins', Pin, [records]) },
    graph: (pins) => ({ list: pins, table: pins }),
    sinks: { list, table },
    checkpoints: store,
  });
  const visible = async (): Promise<{ list: string[]; table: string[] }> => {
    const tableRows: string[] = [];
    for await (const { id } of readRows(table)) tableRows.push(String(id));
    return { list: (await list.rows()).map(({ id }) => String(id)), table: tableRows };
  };
  const attempt = async (fault?: (point: FaultPoint) => void): Promise<void> => {
    const options = {
      mode: 'live',
      atEnd: 'hold',
      batchRows: 5,
      checkpointEvery: '20ms',
      clock: virtualClock(1),
      report: false,
    } as const;
    await run(job, { ...options, [faults]: fault } as typeof options);
  };
  return { store, visible, attempt };
}

test.each(faultPoints)(
  'law 4: what is visible after a kill at "%s" is what a checkpoint has committed',
  async (point) => {
    const { store, visible, attempt } = setup();
    let visits = 0;
    const kill = (reached: FaultPoint): void => {
      if (reached === point && ++visits === 2) throw new Error('killed');
    };
    await expect(attempt(kill)).rejects.toThrow('killed');
    const { outputs } = await lastManifest(store);
    const committed = outputs['list']?.rows ?? 0;
    const { list, table } = await visible();
    // Between the commit and the end of publishing a sink may show it already, or not yet; never anything else.
    for (const rows of [list, table]) {
      expect(rows).toEqual(records.slice(0, rows.length).map((text) => (JSON.parse(text) as { id: string }).id));
      expect(rows.length).toBeLessThanOrEqual(committed);
    }
    if (point === 'manifest committed') expect(list.length).toBeLessThan(committed);
    else if (point !== 'batch pushed') expect(list).toHaveLength(committed);

    await attempt();
    const ids = records.map((text) => (JSON.parse(text) as { id: string }).id);
    expect(await visible()).toEqual({ list: ids, table: ids });
  },
);
