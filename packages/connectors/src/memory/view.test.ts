import { describe, expect, it } from 'vitest';
import type { SinkWriter } from '@millrace/core/connector';
import { batchOf, contextOf, rowsNamed, type RankedRow } from '../testing/index.js';
import { memory, type ResultChange } from './index.js';

async function publish(writer: SinkWriter, checkpoint: number, rows: RankedRow[]): Promise<void> {
  if (rows.length > 0) writer.write(batchOf(rows));
  writer.seal(checkpoint);
  await writer.publish({ checkpoint, staged: await writer.stage(checkpoint), final: false });
}

describe('memory().view and list', () => {
  it('give rows in order of time', async () => {
    const view = memory().view('v', { key: ['id'] });
    const writer = await view.open(contextOf());
    await publish(writer, 0, rowsNamed('a', 'b', 'c').reverse());
    expect((await view.rows()).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    await writer.close();
  });

  it('tell what each checkpoint has changed, from the subscription on', async () => {
    const store = memory();
    const view = store.view('v', { key: ['id'] });
    const writer = await view.open(contextOf());
    await publish(writer, 0, rowsNamed('before'));
    const changes: ResultChange[] = [];
    const subscription = store.view('v', { key: ['id'] }).changes.subscribe((change) => changes.push(change));
    await publish(writer, 1, rowsNamed('a', 'b'));
    await publish(writer, 2, []);
    subscription.unsubscribe();
    await publish(writer, 3, rowsNamed('after'));
    expect(changes).toEqual([{ checkpoint: 1, rows: [{ id: 'a', n: 0 }, { id: 'b', n: 1 }] }]); // prettier-ignore
  });

  it('find a row by its key as soon as it has changed', async () => {
    const view = memory().view('v', { key: ['id'] });
    const writer = await view.open(contextOf());
    await publish(writer, 0, [{ time: 1, offset: 0, row: { id: 'a', n: 1 } }]);
    expect(await view.get({ id: 'a' })).toEqual({ id: 'a', n: 1 });
    await publish(writer, 1, [{ time: 2, offset: 1, row: { id: 'a', n: 2 } }]);
    expect(await view.get({ id: 'a' })).toEqual({ id: 'a', n: 2 });
  });

  it('keep the latest row of each key also where far more rows than keys come between two checkpoints', async () => {
    const view = memory().view('v', { key: ['id'] });
    const writer = await view.open(contextOf());
    for (let batch = 0; batch < 40; batch++) {
      const rows = Array.from({ length: 4096 }, (_, i) => ({ time: batch, offset: i, row: { id: `k${i % 100}`, n: batch * 4096 + i } })); // prettier-ignore
      writer.write(batchOf(rows));
    }
    await publish(writer, 0, []);
    const rows = await view.rows();
    expect(rows).toHaveLength(100);
    expect(new Set(rows.map(({ n }) => n))).toEqual(new Set(Array.from({ length: 100 }, (_, i) => 40 * 4096 - 1 - i)));
  });

  it('are told apart by their names, whatever stands in them', async () => {
    const store = memory();
    for (const name of ['a', 'A/b', '../x', '.', 'ü', 'a b']) {
      const writer = await store.view(name, { key: ['id'] }).open(contextOf());
      await publish(writer, 0, rowsNamed(name));
    }
    for (const name of ['a', 'A/b', '../x', '.', 'ü', 'a b']) {
      expect(await store.view(name, { key: ['id'] }).rows()).toEqual([{ id: name, n: 0 }]);
    }
    expect(await store.list('a').rows()).toEqual([]);
  });

  it('refuse an empty key', () => {
    expect(() => memory().view('v', { key: [] })).toThrow('key names no field');
  });
});
