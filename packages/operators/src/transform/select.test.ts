import { int32, schema, utf8, type Row } from '@millrace/core';
import { runFlow } from '@millrace/core/testing';
import { expect, test } from 'vitest';
import { rename } from './rename.js';
import { select } from './select.js';

const Pin = schema({ id: utf8, title: utf8, n: int32 });
const rows: readonly Row<typeof Pin.fields>[] = [{ id: 'a', title: 'A', n: 1 }];

test('select keeps the named columns, in the order of the names, without a copy', () => {
  const { outputs, batches, ledgers } = runFlow(Pin, (pins) => ({ pins, few: pins.pipe(select('n', 'id')) }), [
    { rows },
  ]);
  expect(outputs['few']!.map((row) => Object.entries(row))).toEqual([[['n', 1], ['id', 'a']]]); // prettier-ignore
  expect(batches['few']![0]!.columns['n']).toBe(batches['pins']![0]!.columns['n']);
  expect(ledgers['few/select(n, id)']).toMatchObject({ in: 1, taken: 1 });
});

test('rename exchanges names', () => {
  const { outputs } = runFlow(Pin, (pins) => pins.pipe(rename({ id: 'title', title: 'id', n: 'count' })), [{ rows }]);
  expect(outputs['out']).toEqual([{ title: 'a', id: 'A', count: 1 }]);
});

test('both say what they need, and where the grouping goes', () => {
  runFlow(
    Pin,
    (pins) => {
      const few = pins.pipe(select('id', 'n'));
      expect(few.node.needs(new Set(['n']))).toEqual([new Set(['n'])]);
      expect(few.node.grouping).toEqual({ by: 'source', fields: ['id'] });
      expect(pins.pipe(select('n')).node.grouping).toBeUndefined();
      const renamed = pins.pipe(rename({ id: 'unique_id', n: 'count' }));
      expect(renamed.node.needs(new Set(['unique_id', 'title']))).toEqual([new Set(['id', 'title'])]);
      expect(renamed.node.grouping).toEqual({ by: 'source', fields: ['unique_id'] });
      return pins;
    },
    [],
    { keyedBy: 'id' },
  );
});

test('plain JavaScript is refused when the graph is built', () => {
  const renaming = (names: object) => () => runFlow(Pin, (pins) => pins.pipe(rename(names as { id: 'x' })), []);
  expect(() => runFlow(Pin, (pins) => pins.pipe(select('idd' as 'id')), [])).toThrow("Write 'id'.");
  expect(renaming({ idd: 'x' })).toThrow('rename renames "idd", which its input does not have.');
  expect(renaming({ id: 'n' })).toThrow('rename makes a field "n", but that name is a field of its input already.');
  expect(renaming({ id: 'x', n: 'x' })).toThrow('rename makes a field "x", but that name is made by it already.');
  expect(renaming({ id: 7 })).toThrow('rename: a name is no text, or empty.');
});
