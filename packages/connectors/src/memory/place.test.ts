import { expect, it } from 'vitest';
import { defineJob, run, schema, utf8 } from '@millrace/core';
import { lake } from '../lake/index.js';
import { memory } from './index.js';

const Pin = schema({ id: utf8 });

it('of two outputs with one place, whatever handle they have of it, a job is not made', async () => {
  const store = memory();
  const twice = (a: object, b: object) => () =>
    defineJob({
      name: 'pins',
      sources: { live: store.rows(Pin, [{ id: 'a' }]) },
      graph: (pins) => ({ a: pins, b: pins }),
      sinks: { a, b } as never,
    });
  const folder = './nowhere';
  const same: (() => object)[] = [
    () => store.list('x'),
    () => store.topic('x'),
    () => memory({ folder }).list('x'),
    () => lake({ root: folder }).table('x'),
  ];
  for (const make of same) expect(twice(make(), make())).toThrow('the output "a" goes there too');
  const list = store.list('x');
  expect(twice(list, list)).toThrow('MILLRACE_SINK_UNFIT');
  const job = twice(list, memory().list('x'))();
  expect(twice(list, store.topic('x'))).not.toThrow();
  expect(twice(store.print(), store.print())).not.toThrow();
  await expect(run(job, { mode: 'live', report: false, sinks: { b: list } })).rejects.toThrow('goes there too');
});
