import { randomUUID } from 'node:crypto';
import { describe, it } from 'vitest';
import { Redis } from 'ioredis';
import { redis, type Redis as Store } from '@millrace/connectors/redis';
import { earlyViewContract, lookupContract, replaceContract, sharedContract, sinkContract, viewContract, type EarlyViewSubject, type LookupSubject, type SinkSubject, type TestedView, type ViewSubject } from '@millrace/connectors/testing'; // prettier-ignore
import { sharedServices } from '../services/services.js';

const runner = { describe, it };
const view = { name: 'a view of Redis' };

sinkContract(runner, { ...view, make: subject });
replaceContract(runner, { ...view, make: subject });
sharedContract(runner, { ...view, make: subject });
viewContract(runner, { ...view, make: viewSubject });
earlyViewContract(runner, { ...view, make: earlySubject });
lookupContract(runner, { ...view, make: lookupSubject });

interface Place {
  readonly store: Store;
  readonly dispose: () => Promise<void>;
}

/** A store whose keys have a prefix of their own, and are gone behind it. */
function place(): Place {
  const url = sharedServices().redis;
  const prefix = randomUUID();
  const store = redis({ url, prefix });
  return {
    store,
    async dispose() {
      await store.close();
      const client = new Redis(url);
      const keys = await client.keys(`{${prefix}:*`);
      if (keys.length > 0) await client.del(keys);
      await client.quit();
    },
  };
}

async function subject(): Promise<SinkSubject> {
  const { store, dispose } = place();
  const handle = store.view('results', { key: ['id'] });
  return {
    sink: handle,
    again: async () => store.view('results', { key: ['id'] }),
    visible: async () => (await handle.rows()).map(({ id }) => id as string),
    dispose,
  };
}

async function viewSubject(): Promise<ViewSubject> {
  const { store, dispose } = place();
  let views = 0;
  return {
    async view(key): Promise<TestedView> {
      const name = `view ${views++}`;
      const handle = store.view(name, { key });
      return {
        sink: handle,
        again: async () => store.view(name, { key }),
        rows: () => handle.rows(),
        get: (wanted) => handle.get(wanted),
      };
    },
    dispose,
  };
}

async function earlySubject(): Promise<EarlyViewSubject> {
  const { store, dispose } = place();
  const handle = store.view('minutes', { key: ['id'] });
  return {
    sink: handle,
    again: async () => store.view('minutes', { key: ['id'] }),
    rows: () => handle.rows(),
    rowsWithEarly: () => handle.rows({ early: true }),
    dispose,
  };
}

async function lookupSubject(): Promise<LookupSubject> {
  const { store, dispose } = place();
  return {
    async view(key) {
      const handle = store.view('asked', { key });
      return { sink: handle, lookup: handle };
    },
    dispose,
  };
}
