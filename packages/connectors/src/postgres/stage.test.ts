import { expect, test } from 'vitest';
import { batchOf, ContractRow, rowsNamed } from '../testing/index.js';
import type { Database } from './database.js';
import { stageOf } from './stage.js';

test('a stage that could not be sent says so as soon as there is to be room for more', async () => {
  const gone = new Error('gone');
  const database: Database = {
    transaction: () => Promise.reject(gone),
    hold: () => Promise.reject(gone),
    close: async () => undefined,
  };
  const { fields } = ContractRow;
  const stage = stageOf(database, { place: 't', lineage: 'L1', epoch: 0, checkpoint: 0, fields, key: ['id'] });
  stage.add(batchOf(rowsNamed(...Array.from({ length: 2000 }, (_, i) => `row ${i}`))));
  await new Promise((resolve) => setImmediate(resolve));
  await expect(stage.room()).rejects.toBe(gone);
  await expect(stage.finish()).rejects.toBe(gone);
});
