import { int32, list, nullable, schema, utf8, type Fields, type Flow, type Mode } from '@millrace/core';
import { operate } from '@millrace/core/operate';
import { runFlow } from '@millrace/core/testing';
import { expect, test } from 'vitest';
import { clean, required, text } from '../index.js';
import { branch } from './branch.js';
import { flatten } from './flatten.js';
import { rename } from './rename.js';
import { select } from './select.js';
import { union } from './union.js';
import { where } from './where.js';
import { withColumn } from './with-column.js';

export const Total = schema({ category: utf8, n: nullable(int32) });
type Total = typeof Total.fields;

/** Makes an upsert flow of its rows: stands for an aggregate without a window. */
export function upsert<F extends Fields>(flow: Flow<F>): Flow<F, 'upsert'> {
  return operate<F, 'upsert'>(flow, {
    operator: 'totals',
    schema: flow.schema,
    mode: 'upsert',
    key: ['category'],
    create: ({ emit, ledger }) => ({
      batch(batch) {
        ledger.taken += batch.length;
        emit(batch);
      },
    }),
  });
}

const refused: readonly (readonly [string, (flow: Flow<Total>) => unknown])[] = [
  ['where', where(() => true)],
  ['branch', branch({ all: () => true })],
  ['union', (flow) => union(flow)(flow)],
  ['clean', clean({ category: text().oneOf('a') })],
  ['required', required('n')],
];

test.each(refused)('%s is refused: a row that it leaves out would leave the one before', (name, operator) => {
  const graph = (flow: Flow<Total>): Flow<Total> => operator(upsert(flow) as unknown as Flow<Total>) as Flow<Total>;
  expect(() => runFlow(Total, graph, [])).toThrow(`${name} cannot take an upsert flow`);
});

test('flatten is refused too', () => {
  const Lists = schema({ category: utf8, values: list(int32) });
  const graph = (flow: Flow<typeof Lists.fields>): Flow<Fields> =>
    (upsert(flow) as unknown as typeof flow).pipe(flatten('values'));
  expect(() => runFlow(Lists, graph, [])).toThrow('flatten cannot take an upsert flow');
});

test('select, rename and withColumn keep mode and key', () => {
  const shape = ({ mode, node }: Flow<Fields, Mode>): unknown => [mode, node.key];
  runFlow(
    Total,
    (flow) => {
      const totals = upsert(flow);
      expect(shape(totals.pipe(select('n', 'category')))).toEqual(['upsert', ['category']]);
      expect(shape(totals.pipe(rename({ category: 'kind' })))).toEqual(['upsert', ['kind']]);
      expect(shape(totals.pipe(withColumn('x', int32, () => 1)))).toEqual(['upsert', ['category']]);
      expect(() => totals.pipe(select('n'))).toThrow('it leaves out category of the key that names its rows');
      return flow;
    },
    [],
  );
});
