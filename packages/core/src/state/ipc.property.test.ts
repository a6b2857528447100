import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tableToIPC, tableFromIPC } from 'apache-arrow';
import { bareBatch } from '../batch/batch.js';
import type { Column } from '../batch/column.js';
import { columnsOf } from '../batch/build.js';
import { rowsOf } from '../batch/rows.js';
import { takeColumn } from '../batch/take.js';
import type { Fields } from '../schema/column-type.js';
import { arbitraryFields, arbitraryRows } from '../testing/arbitrary.test.js';
import { table } from '../testing/notation.js';
import { tableFromIpc, tableToIpc } from './ipc.js';
import type { StateTable } from './table.js';

const arbitraryTable = arbitraryFields.chain((fields) =>
  arbitraryRows(fields).map((rows): StateTable => ({ fields, length: rows.length, columns: columnsOf(fields, rows) })),
);

test('a table of any fields comes back as it was', () => {
  fc.assert(
    fc.property(arbitraryTable, (state) => {
      const back = tableFromIpc(tableToIpc(state));
      expect(back.fields).toEqual(state.fields);
      expect(rows(back)).toEqual(rows(state));
    }),
  );
});

test('columns whose offsets do not start at 0, and dictionaries with unused entries', () => {
  fc.assert(
    fc.property(arbitraryTable, fc.nat(7), (state, skip) => {
      const some = { ...state, ...tail(state, Math.min(skip, state.length)) };
      expect(rows(tableFromIpc(tableToIpc(some)))).toEqual(rows(some));
    }),
  );
});

test('bytes at an odd address', () => {
  const { schema, rows: given } = table(`
    n:int64 | d:decimal(38,3)
    -1      | -1.5
    5       | 99999999999999999999999999999999999.999
  `);
  const ipc = tableToIpc({ fields: schema.fields, length: 2, columns: columnsOf(schema.fields, given) });
  const odd = new Uint8Array(ipc.length + 3);
  odd.set(ipc, 3);
  expect(rows(tableFromIpc(odd.subarray(3)))[0]).toEqual({ n: -1n, d: '-1.500' });
});

test('columns that are all null, and no row', () => {
  const { schema } = table(
    'a:utf8? | b:int32? | c:list<utf8?>? | d:struct<x:bool?>? | e:decimal(5,2)? | f:timestamp? | g:binary?',
  );
  const { fields } = schema;
  const none = Object.fromEntries(Object.keys(fields).map((name) => [name, null]));
  for (const given of [[], [none], [none, none, none]]) {
    const columns = columnsOf(fields, given);
    expect(rows(tableFromIpc(tableToIpc({ fields, length: given.length, columns })))).toEqual(given);
  }
  const dictionary: Column = {
    layout: 'dictionary',
    codes: Int32Array.of(7, -1),
    dictionary: { layout: 'bytes', offsets: Int32Array.of(0), bytes: new Uint8Array(0), validity: undefined },
    validity: new Uint8Array(1),
  };
  const back = tableFromIpc(tableToIpc({ fields: { a: fields['a']! }, length: 2, columns: { a: dictionary } }));
  expect(rows(back)).toEqual([{ a: null }, { a: null }]);
});

test('the bytes are Arrow that others can read and write', () => {
  const { schema, rows: given } = table(`
    id:utf8 | n:int32? | at:timestamp
    a       | 1        | 00:00:05
    b       | null     | 00:01:00
  `);
  const ipc = tableToIpc({ fields: schema.fields, length: 2, columns: columnsOf(schema.fields, given) });
  const arrow = tableFromIPC(ipc);
  expect(arrow.toArray().map((row) => ({ ...row }) as unknown)).toEqual([
    { id: 'a', n: 1, at: 5000 },
    { id: 'b', n: null, at: 60_000 },
  ]);
  expect(rows(tableFromIpc(tableToIPC(arrow, 'file')))).toEqual(given);
});

test('what is no table of state is refused', () => {
  expect(() => tableFromIpc(new Uint8Array(0))).toThrow('The Arrow table is no table of state.');
  const { schema, rows: given } = table('id:utf8\n a');
  const ipc = tableToIpc({ fields: schema.fields, length: 1, columns: columnsOf(schema.fields, given) });
  expect(() => rows(tableFromIpc(ipc.subarray(0, ipc.length - 60)))).toThrow('Expected to read 152 metadata bytes');
});

function rows(state: StateTable): unknown[] {
  return rowsOf<Fields>(state.fields, bareBatch(state.columns, state.length));
}

/** The rows from `skip` on, as views of the same memory where the layout allows. */
function tail({ length, columns }: StateTable, skip: number): Pick<StateTable, 'length' | 'columns'> {
  const taken = Int32Array.from({ length: length - skip }, (_, i) => skip + i);
  const cut = (column: Column): Column => {
    const rest = takeColumn(column, taken);
    if (column.layout === 'bytes')
      return { ...column, offsets: column.offsets.subarray(skip), validity: rest.validity };
    if (column.layout === 'list') return { ...column, offsets: column.offsets.subarray(skip), validity: rest.validity };
    return rest;
  };
  const cuts = Object.entries(columns).map(([name, column]) => [name, cut(column)] as const);
  return { length: length - skip, columns: Object.fromEntries(cuts) };
}
