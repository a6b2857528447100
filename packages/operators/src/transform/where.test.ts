import { int32, isMillraceError, nullable, schema, utf8, type Row } from '@millrace/core';
import { runFlow } from '@millrace/core/testing';
import { expect, test } from 'vitest';
import { where } from './where.js';

const Pin = schema({ id: utf8, n: nullable(int32) });
const rows: readonly Row<typeof Pin.fields>[] = [
  { id: 'a', n: 1 },
  { id: 'b', n: null },
  { id: 'c', n: 3 },
];

test('keeps the rows for which it is true, and counts the others as filtered', () => {
  const { outputs, batches, ledgers } = runFlow(Pin, (pins) => pins.pipe(where(({ n }) => n !== null)), [{ rows }]);
  expect(outputs['out']).toEqual([rows[0], rows[2]]);
  expect(batches['out']![0]!.length).toBe(3);
  expect(ledgers['out/where']).toMatchObject({ in: 3, taken: 2, filtered: 1 });
});

test('narrows what was narrowed before', () => {
  const { outputs, ledgers } = runFlow(
    Pin,
    (pins) => pins.pipe(where(({ id }) => id !== 'a'), where(({ n }) => n !== null)), // prettier-ignore
    [{ rows }],
  );
  expect(outputs['out']).toEqual([rows[2]]);
  expect(ledgers['out/where#2']).toMatchObject({ in: 2, taken: 1, filtered: 1 });
});

test('a row on which it throws is rejected, with the place of its record and without values', () => {
  const { outputs, rejected, ledgers } = runFlow(
    Pin,
    (pins) => pins.pipe(where(({ id, n }) => {
      if (n === null) throw new Error(`bad ${id}`);
      return true;
    })), // prettier-ignore
    [{ rows, partition: 0 }],
  );
  expect(outputs['out']).toEqual([rows[0], rows[2]]);
  expect(rejected).toMatchObject([
    {
      partition: 0,
      offset: 1n,
      operator: 'where',
      code: 'MILLRACE_ROW_FUNCTION',
      field: '',
      sentence: 'The function of where threw at partition 0, offset 1, on a row with id, n.',
    },
  ]);
  expect(ledgers['out/where']).toMatchObject({ in: 3, taken: 2, rejected: 1, filtered: 0 });
});

test('what is no boolean is rejected: a promise is not true', () => {
  const { outputs, rejected } = runFlow(
    Pin,
    (pins) => pins.pipe(where((() => Promise.resolve(false)) as unknown as () => boolean)),
    [{ rows }],
  );
  expect(outputs['out']).toEqual([]);
  expect(rejected.map(({ code }) => code)).toEqual(Array.from({ length: 3 }, () => 'MILLRACE_VALUE_UNFIT'));
});

test("onError: 'fail' ends the run with the cause and the user's line", () => {
  const cause = new Error('bad');
  const throws = (): boolean => {
    throw cause;
  };
  try {
    runFlow(Pin, (pins) => pins.pipe(where(throws, { onError: 'fail' })), [{ rows }]);
    expect.unreachable();
  } catch (error) {
    if (!isMillraceError(error, 'MILLRACE_ROW_FUNCTION')) throw error;
    expect(error.data).toEqual({ operator: 'where', partition: 0, offset: 0, fields: ['id', 'n'] });
    expect(error.cause).toBe(cause);
    expect(error.where).toMatch(/where\.test\.ts:\d+/);
  }
});

test('plain JavaScript is refused when the graph is built', () => {
  const graph =
    (...options: readonly unknown[]) =>
    () =>
      runFlow(Pin, (pins) => pins.pipe(where(...(options as [() => boolean]))), []);
  expect(graph('id')).toThrow('where: its function is string');
  expect(graph(() => true, { onError: 'ignore' })).toThrow('where: onError is "ignore"');
  expect(() => where(() => true)({} as never)).toThrow('where was given an Object where it needs a Flow');
});
