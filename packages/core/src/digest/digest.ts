import { having, requireArguments } from '../error/arguments.js';
import type { Schema } from '../schema/schema.js';
import type { Batch } from '../batch/batch.js';
import { rowHashes } from './row-hashes.js';

/**
 * What a set of rows comes to, as plain JSON: their number, and the sum of their hashes modulo 2^128 in 32 hexadecimal
 * digits. Equal sets have equal digests, whatever the order of the rows and wherever batches were cut.
 */
export interface DigestValue {
  readonly rows: number;
  readonly hash: string;
}

/** The digest of no row. */
export const emptyDigest: DigestValue = { rows: 0, hash: '0'.repeat(32) };

/** A digest that grows with an output. */
export interface Digest {
  /** Adds the selected rows. */
  add(batch: Batch): void;
  /** Adds rows by their hashes (`rowHashes`), four words each. */
  addHashes(hashes: Uint32Array): void;
  /** Takes rows out again by their hashes: an upsert flow's digest is of the last row per key. */
  removeHashes(hashes: Uint32Array): void;
  /** Adds the rows of another digest: of another task, or of the checkpoint that a run goes on from. */
  merge(other: DigestValue): void;
  value(): DigestValue;
}

/** A digest of rows of `schema`, empty at first. */
export function digestOf(schema: Schema): Digest {
  requireArguments('digestOf', 'digestOf(Pin)', [['schema', schema, having('a schema', 'fields')]]);
  let rows = 0;
  let sum = 0n;
  const digest: Digest = {
    add: (batch) => digest.addHashes(rowHashes(batch, schema)),
    addHashes(hashes) {
      rows += hashes.length / 4;
      sum = BigInt.asUintN(128, sum + sumOf(hashes));
    },
    removeHashes(hashes) {
      rows -= hashes.length / 4;
      sum = BigInt.asUintN(128, sum - sumOf(hashes));
    },
    merge(other) {
      rows += other.rows;
      sum = BigInt.asUintN(128, sum + BigInt(`0x${other.hash}`));
    },
    value: () => ({ rows, hash: sum.toString(16).padStart(32, '0') }),
  };
  return digest;
}

/** A digest as people compare it: `d:` and its first 16 digits. */
export function digestText(value: DigestValue): string {
  requireArguments('digestText', 'digestText(digest.value())', [['value', value, having('a digest', 'rows', 'hash')]]);
  const { hash } = value;
  return `d:${hash.slice(0, 16)}`;
}

// Doubles hold the sum of 2^21 words exactly; the lanes meet once per run of that many.
const rowsPerRun = 2 ** 20;

function sumOf(hashes: Uint32Array): bigint {
  let sum = 0n;
  for (let from = 0; from < hashes.length; from += rowsPerRun * 4) {
    const end = Math.min(hashes.length, from + rowsPerRun * 4);
    let h1 = 0;
    let h2 = 0;
    let h3 = 0;
    let h4 = 0;
    for (let at = from; at < end; at += 4) {
      h1 += hashes[at]!;
      h2 += hashes[at + 1]!;
      h3 += hashes[at + 2]!;
      h4 += hashes[at + 3]!;
    }
    sum += (BigInt(h1) << 96n) + (BigInt(h2) << 64n) + (BigInt(h3) << 32n) + BigInt(h4);
  }
  return sum;
}
