import { checkKey, compareKeys } from '../connector/object-key.js';
import type { ObjectStore } from '../connector/object-store.js';
import { millraceError } from '../error/millrace-error.js';

/**
 * A store in this process: gone when it ends. For tests, for what need not survive, and for browsers.
 *
 * @example
 * ```ts
 * import { memoryStore } from '@millrace/core';
 *
 * const store = memoryStore();
 * await store.put('a/b', new Uint8Array([1, 2]));
 * console.log(await store.create('a/b', new Uint8Array(0))); // false
 * ```
 */
export function memoryStore(): ObjectStore {
  const location = 'memory';
  const objects = new Map<string, { readonly bytes: Uint8Array; readonly modified: number }>();
  // A copy, since the caller may use its buffer again; readers share it.
  const write = (key: string, bytes: Uint8Array): void => {
    objects.set(key, { bytes: bytes.slice(), modified: Date.now() });
  };
  return {
    location,
    async get(key) {
      return objects.get(key)?.bytes;
    },
    async getRange(key, start, end) {
      const bytes = objects.get(key)?.bytes;
      if (bytes === undefined || end > bytes.length) {
        const cause = new Error(bytes === undefined ? 'there is no such object' : `it has only ${bytes.length} bytes`);
        throw millraceError('MILLRACE_STORE_FAILED', { location, operation: 'read', key }, { cause });
      }
      return bytes.subarray(start, end);
    },
    async size(key) {
      return objects.get(key)?.bytes.length;
    },
    async put(key, bytes) {
      checkKey(location, key);
      write(key, bytes);
    },
    async create(key, bytes) {
      checkKey(location, key);
      if (objects.has(key)) return false;
      write(key, bytes);
      return true;
    },
    async *list(prefix, after) {
      const keys = [...objects.keys()].filter((key) => key.startsWith(prefix)).sort(compareKeys);
      for (const key of keys) {
        if (after !== undefined && compareKeys(key, after) <= 0) continue;
        const object = objects.get(key);
        // Removed while the listing went on.
        if (object !== undefined) yield { key, size: object.bytes.length, modified: object.modified };
      }
    },
    async delete(key) {
      objects.delete(key);
    },
  };
}
