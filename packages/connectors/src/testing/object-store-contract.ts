import assert from 'node:assert/strict';
import type { ObjectStore, StoredObject } from '@millrace/core/connector';
import { runContract, type ContractCase, type Contracted, type Disposable, type TestRunner } from './contract.js';

/** An object store under test, empty. */
export interface ObjectStoreSubject extends Disposable {
  readonly store: ObjectStore;
  /** Another handle on the same objects, as another process has it. */
  readonly again: () => Promise<ObjectStore>;
}

/** Holds an object store to what checkpoints and tables build on: atomic, one winner, listed in order. */
export function objectStoreContract(runner: TestRunner, contracted: Contracted<ObjectStoreSubject>): void {
  runContract(runner, 'object store', objectStoreCases, contracted);
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

async function textOf(store: ObjectStore, key: string): Promise<string | undefined> {
  const found = await store.get(key);
  return found === undefined ? undefined : new TextDecoder().decode(found);
}

async function listed(objects: AsyncIterable<StoredObject>): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of objects) keys.push(key);
  return keys;
}

/** The promises of an object store. */
export const objectStoreCases: readonly ContractCase<ObjectStoreSubject>[] = [
  {
    name: 'what is not there is undefined, and listed as nothing',
    async run({ store }) {
      assert.equal(await store.get('a/b'), undefined);
      assert.equal(await store.size('a/b'), undefined);
      assert.deepEqual(await listed(store.list('')), []);
      await store.delete('a/b');
    },
  },
  {
    name: 'put keeps the bytes of the moment, and replaces',
    async run({ store, again }) {
      const buffer = bytes('one');
      await store.put('a/b', buffer);
      buffer.fill(0);
      const other = await again();
      assert.equal(await textOf(other, 'a/b'), 'one');
      await store.put('a/b', bytes('three'));
      assert.equal(await textOf(other, 'a/b'), 'three');
      assert.equal(await other.size('a/b'), 5);
      await store.put('empty', new Uint8Array(0));
      assert.deepEqual(await store.get('empty'), new Uint8Array(0));
    },
  },
  {
    name: 'a prefix is no object',
    async run({ store }) {
      await store.put('a/b', bytes('x'));
      assert.equal(await store.get('a'), undefined);
      assert.equal(await store.size('a'), undefined);
      assert.equal(await store.get('a/b/c'), undefined);
    },
  },
  {
    name: 'getRange gives the bytes from start to end, and fails beyond them',
    async run({ store }) {
      await store.put('k', bytes('0123456789'));
      assert.equal(new TextDecoder().decode(await store.getRange('k', 3, 6)), '345');
      assert.equal((await store.getRange('k', 10, 10)).length, 0);
      await assert.rejects(store.getRange('k', 5, 11));
      await assert.rejects(store.getRange('none', 0, 1));
    },
  },
  {
    name: 'create makes an object once, and never changes one',
    async run({ store, again }) {
      assert.equal(await store.create('a/1', bytes('first')), true);
      assert.equal(await (await again()).create('a/1', bytes('second')), false);
      assert.equal(await textOf(store, 'a/1'), 'first');
      await store.delete('a/1');
      assert.equal(await store.create('a/1', bytes('third')), true);
    },
  },
  {
    name: 'of 100 racing creates one wins, and its bytes stay',
    async run({ store, again }) {
      const stores = [store, await again(), await again()];
      const racers = Array.from({ length: 100 }, (_, i) => stores[i % 3]!.create('race', bytes(`racer ${i}`)));
      const winners = (await Promise.all(racers)).flatMap((won, i) => (won ? [i] : []));
      assert.equal(winners.length, 1);
      assert.equal(await textOf(store, 'race'), `racer ${winners[0]}`);
    },
  },
  {
    name: 'a reader sees all of the old object or all of the new one',
    async run({ store, again }) {
      const reader = await again();
      const lengths = [10, 200_000, 1, 70_000];
      await store.put('k', new Uint8Array(lengths[0]!).fill(0));
      let writing = true;
      const writes = (async () => {
        for (let i = 1; i <= 40; i++) await store.put('k', new Uint8Array(lengths[i % 4]!).fill(i % 4));
        writing = false;
      })();
      let reads = 0;
      while (writing) {
        const found = await reader.get('k');
        assert.ok(found !== undefined);
        assert.equal(found.length, lengths[found[0]!]);
        assert.ok(found.every((byte) => byte === found[0]));
        reads++;
      }
      await writes;
      assert.ok(reads > 0);
    },
  },
  {
    name: 'list gives keys in the order of their bytes, with sizes',
    async run({ store, again }) {
      const keys = ['b', 'a-b', 'a/b', 'a0', 'a/b-c', 'a/c/d', 'a/ü', 'a/😀', 'a/\uff5e', 'B', 'a/b.json'];
      for (const key of keys) await store.put(key, bytes(key));
      const sorted = [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      const other = await again();
      assert.deepEqual(await listed(other.list('')), sorted);
      for await (const { key, size, modified } of other.list('')) {
        assert.equal(size, bytes(key).length);
        assert.ok(modified > Date.UTC(2020));
      }
    },
  },
  {
    name: 'list takes any prefix, and goes on after a key',
    async run({ store }) {
      const keys = ['log/0000', 'log/0001', 'log/0002', 'log/sub/x', 'logs/0000', 'other'];
      for (const key of keys) await store.put(key, bytes(''));
      assert.deepEqual(await listed(store.list('log/')), keys.slice(0, 4));
      assert.deepEqual(await listed(store.list('log')), keys.slice(0, 5));
      assert.deepEqual(await listed(store.list('log/000')), keys.slice(0, 3));
      assert.deepEqual(await listed(store.list('log/', 'log/0001')), ['log/0002', 'log/sub/x']);
      assert.deepEqual(await listed(store.list('log', 'log/sub/x')), ['logs/0000']);
      assert.deepEqual(await listed(store.list('log/', 'log/0001a')), ['log/0002', 'log/sub/x']);
      assert.deepEqual(await listed(store.list('none')), []);
    },
  },
  {
    name: 'delete removes one object, also for others',
    async run({ store, again }) {
      await store.put('a/b', bytes('x'));
      await store.put('a/c', bytes('y'));
      await store.delete('a/b');
      assert.deepEqual(await listed((await again()).list('a/')), ['a/c']);
    },
  },
  {
    name: 'keys that could leave the store are refused',
    async run({ store }) {
      for (const key of ['', '/a', '../a', 'a/../../b', 'a//b', 'a/', './a', 'a\\b', 'a\0']) {
        await assert.rejects(async () => store.put(key, bytes('x')), { code: 'MILLRACE_OPTION_INVALID' }, key);
        await assert.rejects(async () => store.create(key, bytes('x')), { code: 'MILLRACE_OPTION_INVALID' }, key);
      }
    },
  },
];
