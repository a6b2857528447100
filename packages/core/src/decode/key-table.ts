import { hashBytes } from '../batch/hash.js';
import { type Cursor, malformed } from './cursor.js';
import { scanString, stringBytes } from './scan-string.js';

// Records of one topic write their keys in one order. So after a key the one is tried first that came after it the last
// time: comparing it needs neither a hash nor a look at where it ends. Keys that no field has take part, up to a bound,
// since they stand between the others in every record.
const strangersMax = 256;
const strangerBytesMax = 64;

/** The key before the first one of an object. */
export const beforeFirst = 0;
const unremembered = 1;
const firstField = 2;

/** The keys of the objects of one kind: the names of the fields, and what else was met. */
export interface KeyTable {
  /**
   * Reads a key at the cursor, with its quotes, and gives a number for it. `previous` is the number of the key before
   * it, or `beforeFirst`.
   */
  read(c: Cursor, previous: number): number;
  /** The index of the field of that key; −1 where no field has it. */
  fieldOf(key: number): number;
}

/** A table for objects with fields of these names. */
export function keyTable(names: readonly string[]): KeyTable {
  const utf8 = new TextEncoder();
  const keys: Uint8Array[] = [new Uint8Array(0), new Uint8Array(0)];
  // Written as it is: not where a name needs escapes in JSON, since the same bytes between quotes are no such key.
  const literal: boolean[] = [false, false];
  const next: number[] = [unremembered, unremembered];
  const byHash = new Map<number, number[]>();

  const add = (bytes: Uint8Array): number => {
    const key = keys.push(bytes) - 1;
    literal.push(bytes.every((byte) => byte >= 0x20 && byte !== 0x22 && byte !== 0x5c));
    next.push(unremembered);
    const hash = hashBytes(bytes, 0, bytes.length);
    byHash.set(hash, [...(byHash.get(hash) ?? []), key]);
    return key;
  };
  for (const name of names) add(utf8.encode(name));
  const fieldsEnd = keys.length;

  const find = (bytes: Uint8Array, start: number, stop: number): number => {
    for (const key of byHash.get(hashBytes(bytes, start, stop)) ?? []) {
      if (keys[key]!.length === stop - start && standsAt(keys[key]!, bytes, start)) return key;
    }
    const remember = keys.length < fieldsEnd + strangersMax && stop - start <= strangerBytesMax;
    return remember ? add(bytes.slice(start, stop)) : unremembered;
  };
  return {
    read(c, previous) {
      const expected = next[previous]!;
      if (literal[expected]! && isNext(c, keys[expected]!)) {
        c.at += keys[expected]!.length + 2;
        return expected;
      }
      if (c.at >= c.end || c.bytes[c.at] !== 0x22) throw malformed;
      scanString(c);
      const bytes = stringBytes(c);
      return (next[previous] = find(bytes, c.start, c.stop));
    },
    fieldOf: (key) => (key < fieldsEnd ? key - firstField : -1),
  };
}

function isNext({ bytes, at, end }: Cursor, key: Uint8Array): boolean {
  const last = at + key.length + 1;
  return last < end && bytes[at] === 0x22 && bytes[last] === 0x22 && standsAt(key, bytes, at + 1);
}

function standsAt(key: Uint8Array, bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < key.length; i++) if (bytes[at + i] !== key[i]) return false;
  return true;
}
