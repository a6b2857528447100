import { readPageOfCodes } from './codes.js';
import { type Chunk, readPages } from './chunk.js';
import { isCoded, openDictionary } from './page-list.js';
import { atEnd, skip, unreadablePage } from './stretch.js';

/** Values that all have the same size. They are handled as words of 32 bits: as longs each would be an object. */
export interface Fixed {
  /** Bytes of a value in the file. */
  readonly bytes: number;
  /** Words of a value in memory. */
  readonly words: number;
  /** Puts `count` values, which begin at byte `from`, as those from `to` on. */
  put(bytes: Uint8Array, from: number, count: number, words: Int32Array, to: number): void;
}

/** Values that are in the file as they are in memory. */
export function asTheyAre(words: number): Fixed {
  return {
    bytes: 4 * words,
    words,
    put(bytes, from, count, target, to) {
      const { buffer, byteOffset, byteLength } = target;
      const at = 4 * words * to;
      new Uint8Array(buffer, byteOffset, byteLength).set(bytes.subarray(from, from + 4 * words * count), at);
    },
  };
}

/** Whole numbers of one word or two as unscaled decimals, which have four. */
export function decimalsOfNumbers(words: number): Fixed {
  const number = asTheyAre(words);
  return {
    bytes: number.bytes,
    words: 4,
    put(bytes, from, count, target, to) {
      const numbers = new Int32Array(words * count);
      number.put(bytes, from, count, numbers, 0);
      for (let i = 0; i < count; i++) {
        const sign = numbers[words * i + words - 1]! >> 31;
        for (let word = 0; word < 4; word++)
          target[4 * (to + i) + word] = word < words ? numbers[words * i + word]! : sign;
      }
    },
  };
}

/** Unscaled decimals of up to 16 bytes, the highest first. */
export function decimalsOfBytes(size: number): Fixed {
  return {
    bytes: size,
    words: 4,
    put(bytes, from, count, target, to) {
      for (let i = 0; i < count; i++) {
        const last = from + size * (i + 1) - 1;
        const sign = bytes[from + size * i]! >= 0x80 ? 0xff : 0;
        for (let byte = 0; byte < 16; byte += 4) {
          const of = (at: number): number => (at < size ? bytes[last - at]! : sign);
          target[4 * (to + i) + (byte >> 2)] =
            of(byte) | (of(byte + 1) << 8) | (of(byte + 2) << 16) | (of(byte + 3) << 24);
        }
      }
    },
  };
}

/** The values of a chunk, zeros where there is none. */
export function readFixed(chunk: Chunk, fixed: Fixed): { words: Int32Array; validity: Uint8Array | undefined } {
  const { words: width } = fixed;
  const words = new Int32Array(width * chunk.rows);
  const dictionary = dictionaryOf(chunk, fixed);
  const codes = new Int32Array(dictionary === undefined ? 0 : largestPage(chunk));
  const validity = readPages(chunk, (page, values, at, count) => {
    if (page.encoding === 'PLAIN') fixed.put(values.bytes, skip(values, fixed.bytes * count), count, words, at);
    else if (!isCoded(page) || dictionary === undefined) throw unreadablePage(`values as ${page.encoding}`);
    else {
      readPageOfCodes(values, dictionary.length / width, codes, 0, count);
      look(dictionary, width, codes, count, words, at);
    }
  });
  if (validity !== undefined) spreadWords(words, width, validity, chunk.rows);
  return { words, validity };
}

function dictionaryOf({ pages, decompress }: Chunk, fixed: Fixed): Int32Array | undefined {
  const page = pages.dictionary;
  if (page === undefined) return undefined;
  const values = openDictionary(page, decompress);
  const from = skip(values, fixed.bytes * page.count);
  atEnd(values);
  const words = new Int32Array(fixed.words * page.count);
  fixed.put(values.bytes, from, page.count, words, 0);
  return words;
}

function largestPage({ pages }: Chunk): number {
  return pages.data.reduce((most, { count }) => Math.max(most, count), 0);
}

function look(
  dictionary: Int32Array,
  width: number,
  codes: Int32Array,
  count: number,
  words: Int32Array,
  at: number,
): void {
  if (width === 1) {
    for (let i = 0; i < count; i++) words[at + i] = dictionary[codes[i]!]!;
    return;
  }
  for (let i = 0, to = width * at; i < count; i++) {
    const from = width * codes[i]!;
    for (let word = 0; word < width; word++) words[to++] = dictionary[from + word]!;
  }
}

/** Moves values that stand without gaps to their rows, from the last on, so that none is overwritten before it is moved. */
export function spreadWords(words: Int32Array, width: number, validity: Uint8Array, rows: number): void {
  let from = width * countOf(validity, rows);
  for (let row = rows - 1; row >= 0; row--) {
    const isValue = (validity[row >> 3]! & (1 << (row & 7))) !== 0;
    for (let word = width - 1; word >= 0; word--) words[width * row + word] = isValue ? words[--from]! : 0;
  }
}

/** The number of values among the rows. */
export function countOf(validity: Uint8Array, rows: number): number {
  let count = 0;
  for (let row = 0; row < rows; row++) count += (validity[row >> 3]! >> (row & 7)) & 1;
  return count;
}
