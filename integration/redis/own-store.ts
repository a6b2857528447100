import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { onTestFinished } from 'vitest';
import type { Fields } from '@millrace/core';
import type { Publication, SinkWriter } from '@millrace/core/connector';
import { redis, type Redis as Store } from '@millrace/connectors/redis';
import { batchOf, type RankedRow } from '@millrace/connectors/testing';
import { sharedServices } from '../services/services.js';

/** Views of a test's own on the server that all share, and another client beside; all that is in them goes with the test. */
export interface OwnStore {
  readonly url: string;
  readonly prefix: string;
  readonly store: Store;
  readonly client: Redis;
}

/** Called within a test, or before each. */
export function ownStore(): OwnStore {
  const url = sharedServices().redis;
  const prefix = randomUUID();
  const store = redis({ url, prefix });
  const client = new Redis(url);
  onTestFinished(async () => {
    const keys = await client.keys(`{${prefix}:*`);
    if (keys.length > 0) await client.del(keys);
    client.disconnect();
    await store.close();
  });
  return { url, prefix, store, client };
}

/** Rows r0, r1, … a second apart; `n` is what tells one writing from another. */
export const numbered = (count: number, n = 0): RankedRow[] => Array.from({ length: count }, (_, i) => ({ time: i * 1000, offset: n, row: { id: `r${i}`, n: i + n } })); // prettier-ignore

/** What a checkpoint of these rows has to publish. */
export async function staged(
  writer: SinkWriter,
  checkpoint: number,
  rows: readonly RankedRow[],
  { fields, final = false }: { readonly fields?: Fields; readonly final?: boolean } = {},
): Promise<Publication> {
  writer.write(batchOf(rows, fields));
  writer.seal(checkpoint);
  return { checkpoint, staged: await writer.stage(checkpoint), final };
}

/** Writes, stages and shows rows. */
export async function publish(...rows: Parameters<typeof staged>): Promise<void> {
  await rows[0].publish(await staged(...rows));
}
