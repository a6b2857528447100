import { expect, test } from 'vitest';
import { decimal, int64, list, nullable, struct, timestamp, utf8 } from '../schema/column-type.js';
import { jsonReader } from './json-reader.js';

test('one reader reads many values, each as a row holds it', () => {
  const read = jsonReader(
    list(nullable(struct({ at: timestamp, id: int64, fare: decimal(10, 2), s: nullable(utf8) }))),
  );
  expect(read('[null,{"at":"1970-01-01T00:00:00.007Z","id":9007199254740993,"fare":11.80,"s":null}]')).toEqual([
    null,
    { at: new Date(7), id: 9007199254740993n, fare: '11.80', s: null },
  ]);
  expect(read('[]')).toEqual([]);
});
