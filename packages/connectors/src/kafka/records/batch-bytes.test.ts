import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { batchHead, endOf } from './batch-head.js';

/** A record of a batch, at an offset of its own. */
export interface BatchRecord {
  readonly offset: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly time?: number;
}

/** What the head of a batch says. */
export interface BatchOptions {
  readonly base: number;
  /** Behind the last offset that the batch ever had. */
  readonly next: number;
  readonly producerId?: number;
  readonly isTransactional?: boolean;
  readonly isControl?: boolean;
  readonly appendTime?: number;
  readonly isPacked?: boolean;
}

/** The bytes of a batch as a broker gives it, compacted or not. */
export function batchBytes(options: BatchOptions, records: readonly BatchRecord[]): Buffer {
  const {
    base,
    next,
    producerId = -1,
    isTransactional = false,
    isControl = false,
    appendTime,
    isPacked = false,
  } = options;
  const plain = Buffer.concat(records.map((record) => recordBytes(record, base)));
  const body = isPacked ? gzipSync(plain) : plain;
  const head = Buffer.alloc(61);
  head.writeBigInt64BE(BigInt(base), 0);
  head.writeInt32BE(49 + body.length, 8);
  head.writeInt8(2, 16);
  const attributes =
    (isPacked ? 1 : 0) | (appendTime === undefined ? 0 : 8) | (isTransactional ? 16 : 0) | (isControl ? 32 : 0);
  head.writeInt16BE(attributes, 21);
  head.writeInt32BE(next - base - 1, 23);
  head.writeBigInt64BE(BigInt(appendTime ?? 0), 35);
  head.writeBigInt64BE(BigInt(producerId), 43);
  head.writeInt32BE(records.length, 57);
  return Buffer.concat([head, body]);
}

/** The marker that ends a transaction. */
export function marker(offset: number, producerId: number, outcome: 'commit' | 'abort'): Buffer {
  const key = new Uint8Array([0, 0, 0, outcome === 'commit' ? 1 : 0]);
  const options = { base: offset, next: offset + 1, producerId, isTransactional: true, isControl: true };
  return batchBytes(options, [{ offset, key, value: new Uint8Array(6) }]);
}

function recordBytes({ offset, key, value, time = 0 }: BatchRecord, base: number): Buffer {
  const parts = [Buffer.from([0]), varint(time), varint(offset - base)];
  for (const part of [key, value]) parts.push(varint(part?.length ?? -1), Buffer.from(part ?? []));
  const body = Buffer.concat([...parts, varint(0)]);
  return Buffer.concat([varint(body.length), body]);
}

function varint(value: number): Buffer {
  let rest = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n));
  const bytes: number[] = [];
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
}

test('the head of a batch is read, and a batch that is cut off is left for the next fetch', () => {
  const one = batchBytes({ base: 3, next: 9, producerId: 7, isTransactional: true }, []);
  const two = batchBytes({ base: 9, next: 10, appendTime: 5 }, [{ offset: 9, key: null, value: null }]);
  const both = Buffer.concat([one, two]);
  expect(batchHead(both, 0)).toMatchObject({
    baseOffset: 3,
    nextOffset: 9,
    producerId: 7,
    isTransactional: true,
    count: 0,
  });
  expect(batchHead(both, one.length)).toMatchObject({ baseOffset: 9, nextOffset: 10, appendTime: 5, count: 1 });
  expect(endOf(both, 0)).toBe(10);
  for (const cut of [1, two.length - 16, two.length]) expect(endOf(both.subarray(0, both.length - cut), 0)).toBe(9);
  expect(endOf(both.subarray(0, 40), 4)).toBe(4);
});
