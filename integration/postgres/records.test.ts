import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import type { SinkContext, SinkWriter } from '@millrace/core/connector';
import { postgres } from '@millrace/connectors/postgres';
import { batchOf, contextOf, rowsNamed } from '@millrace/connectors/testing';
import { sharedServices } from '../services/services.js';
import { queryAt } from './query.js';

async function publishedAs(writer: SinkWriter, id: string): Promise<void> {
  writer.write(batchOf(rowsNamed(id)));
  writer.seal(0);
  await writer.publish({ checkpoint: 0, staged: await writer.stage(0), final: true });
  await writer.close();
}

test('once a result is replaced nothing is known any more of the parts of the one before', async () => {
  const url = sharedServices().postgres;
  const query = queryAt(url);
  const name = `t_${randomUUID().replaceAll('-', '')}`;
  onTestFinished(async () => {
    await query(`DROP TABLE "${name}"`);
  });
  const table = postgres({ url }).table(name, { create: true });
  const open = (changes: Partial<SinkContext>): Promise<SinkWriter> => table.open(contextOf(changes));
  const parts = (): Promise<unknown> =>
    query(`SELECT lineage, domain, published FROM millrace.domains WHERE place LIKE '%${name}%' ORDER BY domain`);

  await publishedAs(await open({ lineage: 'L1', domain: '0' }), 'a');
  await publishedAs(await open({ lineage: 'L1', domain: '1' }), 'b');
  expect(await parts()).toEqual([
    { lineage: 'L1', domain: '0', published: 0 },
    { lineage: 'L1', domain: '1', published: 0 },
  ]);
  await publishedAs(await open({ lineage: 'L2', publish: 'replace' }), 'c');
  expect(await parts()).toEqual([]);
  expect(await query(`SELECT id FROM "${name}"`)).toEqual([{ id: 'c' }]);
});
