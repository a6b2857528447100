import { Subject } from 'rxjs';
import { expect, test } from 'vitest';
import { columnsOf } from '../batch/build.js';
import { sourceOrder } from '../batch/source-order.js';
import type { Batch } from '../batch/batch.js';
import type { Signal } from '../flow/signal.js';
import { sourceFlow } from '../plan/source-flow.js';
import { schema } from '../schema/schema.js';
import { utf8 } from '../schema/column-type.js';
import { exchange } from './exchange.js';
import { groupedBy } from './grouped-by.js';

const Event = schema({ id: utf8 });

const batch: Batch = {
  length: 2,
  selection: undefined,
  columns: columnsOf(Event.fields, [{ id: 'a' }, { id: 'b' }]),
  time: Float64Array.of(1, 2),
  order: sourceOrder('source', 0, Float64Array.of(0, 1)),
  group: new Int32Array(2),
  origin: undefined,
};

test('early rows do not cross an exchange, and hold nothing up that does', () => {
  const flow = groupedBy(sourceFlow('events', Event, undefined), ['id']);
  expect(flow.node.early).toBe(false);
  const outputs = [new Subject<Signal>(), new Subject<Signal>()];
  const came: string[] = [];
  outputs.forEach((output) => output.subscribe(({ kind }) => came.push(kind)));
  const between = exchange(flow.node, outputs);
  between.send({ kind: 'early', batch }, 0);
  expect(between.drain()).toBe(false);
  between.send({ kind: 'batch', batch }, 1);
  between.send({ kind: 'early', batch }, 1);
  for (const task of [0, 1]) between.send({ kind: 'watermark', time: 5 }, task);
  while (between.drain());
  expect(came.filter((kind) => kind === 'watermark')).toHaveLength(2);
  expect(came).toContain('batch');
  expect(came).not.toContain('early');
});
