import { int32, list, nullable, schema, utf8, type Fields, type Flow, type Row } from '@millrace/core';
import { runFlow } from '@millrace/core/testing';
import { describe, expect, test } from 'vitest';
import { mapRows } from './map-rows.js';
import { Total, upsert } from './upsert.test.js';
import { where } from './where.js';

const Geo = schema({ ind: int32, latitude: utf8, longitude: utf8 });
const Place = schema({ ind: int32, coordinates: list(utf8) });
const rows: readonly Row<typeof Geo.fields>[] = [
  { ind: 1, latitude: '1.5', longitude: '2' },
  { ind: 2, latitude: '-3', longitude: '4' },
  { ind: 3, latitude: '5', longitude: '6' },
];

test('makes another row of each row, and leaves out what the schema does not name', () => {
  const { outputs, ledgers, batches } = runFlow(
    Geo,
    (geos) => ({
      geos,
      places: geos.pipe(
        where(({ ind }) => ind !== 2),
        mapRows(Place, ({ ind, latitude, longitude }) => ({ ind, coordinates: [latitude, longitude], more: 1 })),
      ),
    }),
    [{ rows }],
  );
  expect(outputs['places']).toEqual([
    { ind: 1, coordinates: ['1.5', '2'] },
    { ind: 3, coordinates: ['5', '6'] },
  ]);
  expect(Object.keys(batches['places']![0]!.columns)).toEqual(['ind', 'coordinates']);
  expect(batches['places']![0]!.order).toEqual(batches['geos']![0]!.order);
  expect(ledgers['places/mapRows']).toMatchObject({ in: 2, taken: 2 });
});

test('rejects the rows on which it throws, or that do not fit', () => {
  const made: readonly unknown[] = [null, { ind: 'x', coordinates: [] }, undefined];
  const { outputs, rejected, ledgers } = runFlow(
    Geo,
    (geos) =>
      geos.pipe(
        mapRows(Place, ({ ind }) => {
          if (ind === 3) throw new Error('no');
          return made[ind - 1] as Row<typeof Place.fields>;
        }),
      ),
    [{ rows }],
  );
  expect(outputs['out']).toEqual([]);
  expect(rejected.map(({ code, field }) => [code, field])).toEqual([
    ['MILLRACE_VALUE_UNFIT', ''],
    ['MILLRACE_VALUE_UNFIT', 'ind'],
    ['MILLRACE_ROW_FUNCTION', ''],
  ]);
  expect(ledgers['out/mapRows']).toMatchObject({ in: 3, taken: 0, rejected: 3 });
});

test('ends the grouping of a keyed source', () => {
  runFlow(
    Geo,
    (geos) => {
      expect(geos.node.grouping).toEqual({ by: 'source', fields: ['ind'] });
      const mapped = geos.pipe(mapRows(Geo, (row) => row));
      expect(mapped.node.grouping).toBeUndefined();
      return mapped;
    },
    [],
    { keyedBy: 'ind' },
  );
});

test('a schema that is none is refused when the graph is built', () => {
  expect(() =>
    runFlow(Geo, (geos) => geos.pipe(mapRows({} as typeof Place, () => ({ ind: 1, coordinates: [] }))), []),
  ).toThrow('mapRows needs a schema as its schema, and was given an Object');
});

describe('on an upsert flow', () => {
  const totals: readonly Row<typeof Total.fields>[] = [{ category: 'a', n: 1 }];

  test('keeps the key', () => {
    const graph = (flow: Flow<typeof Total.fields>): Flow<Fields, 'upsert'> => {
      const mapped = upsert(flow).pipe(mapRows(Total, ({ category, n }) => ({ category, n: (n ?? 0) + 1 })));
      expect([mapped.mode, mapped.node.key]).toEqual(['upsert', ['category']]);
      return mapped;
    };
    expect(runFlow(Total, graph, [{ rows: totals }]).outputs['out']).toEqual([{ category: 'a', n: 2 }]);
  });

  test('refuses a schema without the key, and a function that changes it', () => {
    const Without = schema({ n: nullable(int32) });
    expect(() => runFlow(Total, (flow) => upsert(flow).pipe(mapRows(Without, ({ n }) => ({ n }))), [])).toThrow(
      'mapRows cannot take an upsert flow: its schema lacks category of the key that names its rows.',
    );
    const changes = (flow: Flow<typeof Total.fields>): Flow<Fields, 'upsert'> =>
      upsert(flow).pipe(mapRows(Total, ({ category, n }) => ({ category: `${category}!`, n })));
    expect(() => runFlow(Total, changes, [{ rows: totals }])).toThrow('its function changed category');
  });

  test('fails where it would reject, and says so of onError', () => {
    const throws = (): never => {
      throw new Error('no');
    };
    expect(() => runFlow(Total, (flow) => upsert(flow).pipe(mapRows(Total, throws)), [{ rows: totals }])).toThrow(
      'The function of mapRows threw',
    );
    expect(() =>
      runFlow(Total, (flow) => upsert(flow).pipe(mapRows(Total, throws, { onError: 'reject' })), []),
    ).toThrow("with onError: 'reject' the earlier row of a key would stay");
  });
});
