import { int32, schema, utf8, type Row } from '@millrace/core';
import { runFlow } from '@millrace/core/testing';
import { expect, test } from 'vitest';
import { branch } from './branch.js';

const Pin = schema({ id: utf8, n: int32 });
const rows: readonly Row<typeof Pin.fields>[] = [1, 2, 3, 4, 5].map((n) => ({ id: `p${n}`, n }));

test('a row goes to the first branch whose predicate is true; one that matches none is filtered', () => {
  const { outputs, ledgers, batches } = runFlow(
    Pin,
    (pins) => pins.pipe(branch({ small: ({ n }) => n < 3, odd: ({ n }) => n % 2 === 1 })),
    [{ rows }],
  );
  expect(outputs['small']!.map(({ n }) => n)).toEqual([1, 2]);
  expect(outputs['odd']!.map(({ n }) => n)).toEqual([3, 5]);
  expect(Object.keys(batches['odd']![0]!.columns)).toEqual(['id', 'n']);
  expect(ledgers['small/branch(small, odd)']).toMatchObject({ in: 5, taken: 4, filtered: 1 });
  expect(ledgers['small/branch(small)']).toMatchObject({ in: 4, taken: 2, filtered: 2 });
  expect(ledgers['odd/branch(odd)']).toMatchObject({ in: 4, taken: 2, filtered: 2 });
});

test('predicates are asked once per row, up to the first that is true', () => {
  const asked: string[] = [];
  const ask = (name: string, answer: boolean) => () => {
    asked.push(name);
    return answer;
  };
  runFlow(Pin, (pins) => pins.pipe(branch({ a: ask('a', false), b: ask('b', true), c: ask('c', true) })), [
    { rows: rows.slice(0, 1) },
  ]);
  expect(asked).toEqual(['a', 'b']);
});

test('a row on which a predicate throws or gives no boolean is rejected, once', () => {
  const { outputs, rejected } = runFlow(
    Pin,
    (pins) =>
      pins.pipe(
        branch({
          a: ({ n }) => {
            if (n === 1) throw new Error('no');
            return (n === 2 ? null : n === 3)!;
          },
          b: () => true,
        }),
      ),
    [{ rows }],
  );
  expect([outputs['a'], outputs['b']].map((each) => each!.map(({ n }) => n))).toEqual([[3], [4, 5]]);
  expect(rejected.map(({ offset, code }) => [offset, code])).toEqual([
    [0n, 'MILLRACE_ROW_FUNCTION'],
    [1n, 'MILLRACE_VALUE_UNFIT'],
  ]);
});

test('the number of a branch hides behind a name that no field has', () => {
  const Odd = schema({ '#branch': int32 });
  const { outputs } = runFlow(Odd, (flow) => flow.pipe(branch({ all: () => true })), [{ rows: [{ '#branch': 7 }] }]);
  expect(outputs['all']).toEqual([{ '#branch': 7 }]);
});

test('plain JavaScript is refused when the graph is built', () => {
  expect(() => runFlow(Pin, (pins) => pins.pipe(branch({ a: 'n' as unknown as () => boolean })), [])).toThrow(
    'branch({ a }): its function is string.',
  );
  expect(() => runFlow(Pin, (pins) => pins.pipe(branch({})), [])).toThrow('branch: its function is undefined.');
});
