import { expect, test } from 'vitest';
import type { ObjectStore } from '../connector/object-store.js';
import { isMillraceError } from '../error/millrace-error.js';
import { checkedJson } from './checked-json.js';
import { openChain, type Chain } from './chain.js';
import { openLineage } from './lineage.js';
import type { Manifest, StateFile } from './manifest.js';
import { memoryStore } from './memory-store.js';

const utf8 = new TextEncoder();

function manifest(chain: Chain, number: number, files: readonly StateFile[] = []): Manifest {
  return {
    v: 1,
    number,
    nonce: chain.nonce,
    claim: false,
    job: 'job',
    lineage: 'l',
    createdAt: '2026-01-01T00:00:00.000Z',
    sources: {},
    timeLog: [],
    state: files.length === 0 ? {} : { op: { format: 'f', files } },
    ledgers: {},
    outputs: {},
    staged: { checkpoint: number, outputs: {}, shown: {}, final: false },
    complete: false,
    replaced: false,
  };
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return isMillraceError(error) ? error.code : String(error);
}

test('law 4: of two writers that restored the same checkpoint one commits, and the other has lost its ownership', async () => {
  const store = memoryStore();
  const first = await openChain(store, 'job');
  await first.commit(manifest(first, 0));
  const second = await openChain(store, 'job');
  await second.commit(manifest(second, 1));
  expect(await codeOf(first.commit(manifest(first, 1)))).toBe('MILLRACE_OWNERSHIP_LOST');
  expect((await openChain(store, 'job')).head?.nonce).toBe(second.nonce);
  expect([await first.overtakenAt(), await second.overtakenAt()]).toEqual([1, undefined]);
});

test('who never wrote a manifest was never overtaken, nor by a commit of its own that seemed to fail', async () => {
  const store = memoryStore();
  const chain = await openChain(store, 'job');
  await chain.commit(manifest(chain, 0));
  const reader = await openChain(store, 'job');
  await store.create('job/manifest/0000000001.json', checkedJson(manifest(chain, 1)));
  expect([await chain.overtakenAt(), await reader.overtakenAt()]).toEqual([undefined, undefined]);
});

test('a commit whose answer was lost is known by its nonce', async () => {
  const store = memoryStore();
  const forgetful: ObjectStore = {
    ...store,
    create: async (key, bytes) => {
      await store.create(key, bytes);
      return false;
    },
  };
  const chain = await openChain(forgetful, 'job');
  await chain.commit(manifest(chain, 0));
  expect(chain.head?.number).toBe(0);
});

test.each([
  ['missing', undefined],
  ['old', '{"number":1}'],
  ['ahead', '{"number":99}'],
  ['torn', '{"num'],
])('the head is found where the hint is %s', async (_, hint) => {
  const store = memoryStore();
  const chain = await openChain(store, 'job');
  for (let n = 0; n < 5; n++) await chain.commit(manifest(chain, n));
  await store.delete('job/head.json');
  if (hint !== undefined) await store.put('job/head.json', utf8.encode(hint));
  expect((await openChain(store, 'job')).head?.number).toBe(4);
});

test('the state of the last three checkpoints is kept, and every manifest', async () => {
  const store = memoryStore();
  let chain = await openChain(store, 'job');
  for (let n = 0; n < 6; n++) {
    // A restart in the middle must not forget which files are old.
    if (n === 4) chain = await openChain(store, 'job');
    const file = await chain.putState(n, { table: 't', task: 0, rows: 1 }, 'op', utf8.encode(`state ${n}`));
    await chain.commit(manifest(chain, n, [file]));
  }
  const keys: string[] = [];
  for await (const { key } of store.list('job/')) keys.push(key);
  expect(keys.filter((key) => key.includes('/manifest/'))).toHaveLength(6);
  // A folder of each would be left behind empty.
  const states = keys.filter((key) => key.includes('/state/'));
  expect(states.map((key) => /state\/(\d+)-[^/]+$/.exec(key)?.[1])).toEqual(['3', '4', '5']);
});

test('a manifest that is torn or of another version is refused by name', async () => {
  const store = memoryStore();
  await store.create('job/manifest/0000000000.json', utf8.encode('{"v":1,'));
  expect(await codeOf(openChain(store, 'job'))).toBe('MILLRACE_CHECKPOINT_UNREADABLE');
  await store.put('job/manifest/0000000000.json', utf8.encode('{"v":7}'));
  await expect(openChain(store, 'job')).rejects.toThrow('version 7');
});

test('what is not as it was written is refused by name: a manifest, and a state table', async () => {
  const store = memoryStore();
  const chain = await openChain(store, 'job');
  const file = await chain.putState(0, { table: 't', task: 0, rows: 1 }, 'op', utf8.encode('state'));
  await chain.commit(manifest(chain, 0, [file]));
  await store.put(file.key, utf8.encode('stale'));
  expect(await codeOf(chain.getState(file))).toBe('MILLRACE_CHECKPOINT_UNREADABLE');
  const key = 'job/manifest/0000000000.json';
  const text = new TextDecoder().decode(await store.get(key));
  await store.put(key, utf8.encode(text.replace('"rows":1', '"rows":2')));
  await expect(openChain(store, 'job')).rejects.toThrow('it is damaged');
});

test('a new lineage stands behind the old one, which stays as it was', async () => {
  const store = memoryStore();
  const old = await openLineage(store, 'job', 'live', false);
  await old.commit(manifest(old, 0));
  const fresh = await openLineage(store, 'job', 'live', true);
  expect(fresh.head).toBeUndefined();
  await fresh.commit(manifest(fresh, 0));
  expect((await openLineage(store, 'job', 'live', false)).head?.nonce).toBe(fresh.nonce);
  expect((await openLineage(store, 'job', 'replay', false)).head).toBeUndefined();
});

test('a chain of which a manifest was removed is said to be unreadable, wherever the hint points', async () => {
  for (const hint of [undefined, 0, 1, 3]) {
    const store = memoryStore();
    const chain = await openChain(store, 'job');
    for (let number = 0; number <= 4; number++) await chain.commit(manifest(chain, number));
    await store.delete('job/manifest/0000000002.json');
    if (hint === undefined) await store.delete('job/head.json');
    else await store.put('job/head.json', utf8.encode(JSON.stringify({ number: hint })));
    // Who is at work when the hint is past the hole does not notice before the whole history is asked for.
    const opened = openChain(store, 'job').then((found) => found.history());
    expect(await codeOf(opened), String(hint)).toBe('MILLRACE_CHECKPOINT_UNREADABLE');
  }
});

test('claims push no state of a checkpoint out', async () => {
  const store = memoryStore();
  let chain = await openChain(store, 'job');
  const keys: string[] = [];
  let number = 0;
  for (let checkpoint = 0; checkpoint < 5; checkpoint++) {
    const file = await chain.putState(number, { table: 'rows', task: 0, rows: 1 }, 'op', utf8.encode(`${checkpoint}`));
    keys.push(file.key);
    await chain.commit(manifest(chain, number++, [file]));
    for (let claim = 0; claim < 4; claim++) {
      chain = await openChain(store, 'job');
      await chain.commit({ ...chain.head!, number: number++, nonce: chain.nonce, claim: true });
    }
  }
  const there = await Promise.all(keys.map(async (key) => (await store.get(key)) !== undefined));
  expect(there).toEqual([false, false, true, true, true]);
});

test('a new owner removes what was stored and never committed, and nothing of a later owner', async () => {
  const store = memoryStore();
  const table = { table: 'rows', task: 0, rows: 1 };
  const stored = (chain: Chain, number: number): Promise<StateFile> =>
    chain.putState(number, table, 'op', utf8.encode(`${number} ${chain.nonce}`));
  const isThere = async (...files: readonly StateFile[]): Promise<boolean[]> =>
    Promise.all(files.map(async ({ key }) => (await store.get(key)) !== undefined));
  const claim = (chain: Chain): Manifest => ({
    ...chain.head!,
    number: chain.head!.number + 1,
    nonce: chain.nonce,
    claim: true,
  });

  const dead = await openChain(store, 'job');
  await dead.commit(manifest(dead, 0));
  const kept = [await stored(dead, 1), await stored(dead, 2)];
  await dead.commit(manifest(dead, 1, [kept[0]!]));
  await dead.commit(manifest(dead, 2, [kept[1]!]));
  const orphan = await stored(dead, 3);

  // The second owner claims number 3, and is at a standstill before it tidies up; the third has all the time it wants.
  let goOn = (): void => undefined;
  const standstill = new Promise<void>((resolve) => (goOn = resolve));
  let stands = (): void => undefined;
  const reached = new Promise<void>((resolve) => (stands = resolve));
  const second = await openChain(
    {
      ...store,
      async *list(prefix, after) {
        if (prefix.endsWith('/state/')) {
          stands();
          await standstill;
        }
        yield* store.list(prefix, after);
      },
    },
    'job',
  );
  const claimed = second.commit(claim(second));
  await reached;
  const third = await openChain(store, 'job');
  await third.commit(claim(third));
  expect(await isThere(orphan, ...kept)).toEqual([false, true, true]);
  const later = [await stored(third, 5), await stored(third, 6)];
  await third.commit(manifest(third, 5, [kept[1]!, later[0]!]));
  goOn();
  await claimed;
  expect(await isThere(orphan, ...kept, ...later)).toEqual([false, true, true, true, true]);

  // What a process that is overtaken stores after that stays until the next claim.
  const zombie = await stored(second, 4);
  const fourth = await openChain(store, 'job');
  await fourth.commit(claim(fourth));
  expect(await isThere(zombie, orphan, ...kept, ...later)).toEqual([false, false, true, true, true, false]);
});
