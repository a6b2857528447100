import { s3, type S3Options } from '@millrace/connectors/s3';
import { objectStoreContract } from '@millrace/connectors/testing';
import type { ObjectStore } from '@millrace/core';
import { randomOf, seedOf } from '@millrace/core/testing';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, test } from 'vitest';
import { makeBucket, s3Options, type TestBucket } from './bucket.js';
import { type Fault, faultProxy, type FaultProxy, type Seen } from './fault-proxy.js';

const seed = seedOf();
let bucket: TestBucket;
let made = 0;
beforeAll(async () => {
  bucket = await makeBucket('faults');
});
afterAll(() => bucket.remove());

const MiB = 1024 * 1024;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (found: Uint8Array | undefined): string | undefined => found && new TextDecoder().decode(found);

interface Place {
  readonly proxy: FaultProxy;
  /** Through the proxy. */
  readonly store: ObjectStore;
  /** Past it. */
  readonly direct: ObjectStore;
}

/** A place of its own behind a proxy that does what `choose` says. */
async function behind(choose: (seen: Seen) => Fault | undefined, options: S3Options = {}): Promise<Place> {
  const proxy = await faultProxy(s3Options().endpoint, choose);
  onTestFinished(() => proxy.close());
  const url = `s3://${bucket.name}/place/${made++}`;
  const through = { ...s3Options(), endpoint: proxy.endpoint, seed, ...options };
  return { proxy, store: s3(url, through), direct: s3(url, s3Options()) };
}

/** Each of `faults` once, in their order, at requests that `fits` takes. */
function once(faults: readonly Fault[], fits: (seen: Seen) => boolean): (seen: Seen) => Fault | undefined {
  const left = [...faults];
  return (seen) => (fits(seen) ? left.shift() : undefined);
}

const isPut = ({ method, url }: Seen): boolean => method === 'PUT' && !url.includes('uploadId');
const isCompletion = ({ method, url }: Seen): boolean => method === 'POST' && url.includes('uploadId=');

const passing: readonly Fault[] = [
  'lost answer',
  'lost request',
  'cut answer',
  'SlowDown',
  'InternalError',
  'ConditionalRequestConflict',
  'error inside 200',
  'done, and error inside 200',
  'empty 200',
];

describe.each(passing)('after "%s"', (fault) => {
  test('a create is done once, and knows that it was its own', async () => {
    const { store, direct, proxy } = await behind(once([fault], isPut));
    expect(await store.create('a', bytes('mine'))).toBe(true);
    expect(proxy.done).toEqual([fault]);
    expect(textOf(await direct.get('a'))).toBe('mine');
    expect(await store.create('a', bytes('again'))).toBe(false);
  });

  test('a create of another one is lost', async () => {
    const { store, direct, proxy } = await behind(once([fault, fault], isPut));
    await direct.create('a', bytes('theirs'));
    expect(await store.create('a', bytes('mine'))).toBe(false);
    expect(proxy.done[0]).toBe(fault);
    expect(textOf(await direct.get('a'))).toBe('theirs');
  });

  test('an upload in parts is whole, and knows that it was its own', async () => {
    const { store, direct, proxy } = await behind(once([fault], isCompletion), { partBytes: 5 * MiB });
    const large = new Uint8Array(11 * MiB).map((_, i) => i % 251);
    expect(await store.create('large', large)).toBe(true);
    expect(proxy.done).toEqual([fault]);
    expect(Buffer.compare((await direct.get('large'))!, large)).toBe(0);
    expect(await store.create('large', large)).toBe(false);
    await store.put('large', large.subarray(0, 6 * MiB));
    expect(await direct.size('large')).toBe(6 * MiB);
  });

  test('an object is read whole, and listed whole', async () => {
    const faults = Array<Fault>(3).fill(fault === 'ConditionalRequestConflict' ? 'SlowDown' : fault);
    const { store, direct, proxy } = await behind(
      once(faults, ({ method, url }) => method === 'GET' && !url.includes('max-keys')),
    );
    const keys = Array.from({ length: 20 }, (_, i) => `k/${String(i).padStart(2, '0')}`);
    await Promise.all(keys.map((key) => direct.put(key, bytes(key.repeat(1000)))));
    const listed: string[] = [];
    for await (const { key } of store.list('k/')) listed.push(key);
    expect(listed).toEqual(keys);
    expect(textOf(await store.get('k/07'))).toBe('k/07'.repeat(1000));
    expect(textOf(await store.getRange('k/07', 4, 12))).toBe('k/07k/07');
    expect(proxy.done.length).toBe(3);
  });
});

test('a request on which nothing moves is given up and repeated', async () => {
  const { store, direct } = await behind(once(['hang'], isPut), { timeoutMs: 300 });
  expect(await store.create('a', bytes('mine'))).toBe(true);
  expect(textOf(await direct.get('a'))).toBe('mine');
});

test('a server that asks for patience for too long is one sentence, with what it said', async () => {
  const { store, proxy } = await behind(({ url }) => (url.includes('/a') ? 'SlowDown' : undefined), {
    patienceMs: 500,
  });
  await expect(store.put('a', bytes('x'))).rejects.toMatchObject({
    code: 'MILLRACE_STORE_FAILED',
    sentence: `s3://${bucket.name}/place/${made - 1}: cannot write a.`,
    retryable: true,
    cause: { code: 'SlowDown', message: 'SlowDown: made by the test (HTTP 503)' },
  });
  expect(proxy.done.length).toBeGreaterThan(2);
});

test('a signal ends the wait', async () => {
  const ending = new AbortController();
  const { store } = await behind(({ url }) => (url.includes('/a') ? 'hang' : undefined), { signal: ending.signal });
  await store.size('b');
  const writing = store.put('a', bytes('x'));
  const reason = new Error('enough');
  ending.abort(reason);
  await expect(writing).rejects.toBe(reason);
  await expect(store.size('b')).rejects.toBe(reason);
});

test('no more requests are under way than are allowed', async () => {
  let underWay = 0;
  let most = 0;
  const proxy = await faultProxy(s3Options().endpoint, async () => {
    most = Math.max(most, ++underWay);
    await new Promise((resolve) => setTimeout(resolve, 5));
    underWay--;
    return undefined;
  });
  onTestFinished(() => proxy.close());
  const store = s3(`s3://${bucket.name}/few`, { ...s3Options(), endpoint: proxy.endpoint, concurrency: 3 });
  await Promise.all(Array.from({ length: 30 }, (_, i) => store.put(`k${i}`, bytes('x'))));
  expect(most).toBe(3);
});

test('a listing goes on over many pages', async () => {
  const store = s3(`s3://${bucket.name}/pages`, s3Options());
  const keys = Array.from({ length: 2345 }, (_, i) => `p/${String(i).padStart(5, '0')}`);
  await Promise.all(keys.map((key) => store.put(key, bytes(''))));
  const listed: string[] = [];
  for await (const { key } of store.list('p/')) listed.push(key);
  expect(listed).toEqual(keys);
  const later: string[] = [];
  for await (const { key } of store.list('p/', 'p/01111')) later.push(key);
  expect(later).toEqual(keys.slice(1112));
});

test('of several writers behind bad connections one wins each of 200 races, and knows it', async () => {
  const random = randomOf(seed);
  const { store, direct, proxy } = await behind(({ count, method }) =>
    count > 0 && random.below(10) < 3 ? fitting(random.pick(passing), method) : undefined,
  );
  const url = direct.location;
  const stores = [
    store,
    direct,
    s3(url, { ...s3Options(), endpoint: proxy.endpoint, seed: seed + 1 }),
    s3(url, s3Options()),
  ];
  for (let race = 0; race < 200; race++) {
    const won = await Promise.all(stores.map((each, i) => each.create(`race/${race}`, bytes(`writer ${i}`))));
    const winners = won.flatMap((each, i) => (each ? [i] : []));
    expect(winners, `race ${race}, seed ${seed}`).toHaveLength(1);
    expect(textOf(await direct.get(`race/${race}`))).toBe(`writer ${winners[0]}`);
  }
  expect(new Set(proxy.done)).toEqual(new Set(passing));
}, 120_000);

const random = randomOf(seed + 7);
// An error inside a success can not be told from an object that holds such a text, and nobody answers a read so.
const often = passing.filter((fault) => !fault.endsWith('error inside 200'));
objectStoreContract(
  { describe, it },
  {
    name: `s3 behind a proxy that fails every fourth request, seed ${seed}`,
    async make() {
      const proxy = await faultProxy(s3Options().endpoint, ({ method }) =>
        random.below(4) === 0 ? fitting(random.pick(often), method) : undefined,
      );
      const url = `s3://${bucket.name}/contract/${made++}`;
      const open = (more: number): ObjectStore =>
        s3(url, { ...s3Options(), endpoint: proxy.endpoint, seed: seed + more });
      return { store: open(0), again: async () => open(1), dispose: () => proxy.close() };
    },
  },
);

/** Only writes conflict with one another. */
function fitting(fault: Fault, method: string): Fault {
  return fault === 'ConditionalRequestConflict' && method !== 'PUT' ? 'SlowDown' : fault;
}
