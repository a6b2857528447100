import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { onTestFinished } from 'vitest';
import { redis, type Redis as Store } from '@millrace/connectors/redis';
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
