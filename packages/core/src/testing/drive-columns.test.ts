import { int32, schema, utf8, type Flow } from '@millrace/core';
import { columnOf, operate } from '@millrace/core/operate';
import { describe, expect, test } from 'vitest';
import { driveColumns } from './drive-columns.js';

const Pin = schema({ id: utf8, likes: int32 });
type Pin = typeof Pin.fields;
const pins = { id: columnOf(utf8, ['a', 'b']), likes: columnOf(int32, [1, 2]) };

const likesOnly = (flow: Flow<Pin>): Flow<Pick<Pin, 'likes'>> =>
  operate(flow, {
    operator: 'likes only',
    schema: schema({ likes: int32 }),
    needs: () => [new Set(['likes'])],
    create: (context) => ({
      batch(batch) {
        if (batch.length > 2) throw new Error('too many');
        context.ledger.taken += batch.length;
        context.emit(batch);
      },
    }),
  });

describe('driveColumns', () => {
  test('gives the rows of the output, batch by batch, and counts them', () => {
    const drive = driveColumns(Pin, likesOnly);
    drive.push(pins, 2);
    drive.push({ likes: columnOf(int32, [3]) }, 1);
    expect(drive.end()).toEqual([{ likes: 1 }, { likes: 2 }, { likes: 3 }]);
    expect(drive.ledgers().get('out/likes only')).toMatchObject({ in: 3, taken: 3 });
  });

  test('says which columns the graph reads', () => {
    expect([...driveColumns(Pin, likesOnly).columns]).toEqual(['likes']);
    expect([...driveColumns(Pin, (flow) => flow).columns]).toEqual(['id', 'likes']);
  });

  test('throws what an operator threw', () => {
    const drive = driveColumns(Pin, likesOnly);
    expect(() => drive.push({ likes: columnOf(int32, [1, 2, 3]) }, 3)).toThrow('too many');
  });
});
