import { entriesMax, entryBytesMax, dictionarySize, keySize, slotsOfEntries, type ScanLayout, type ScannedField, type ScannerBounds } from './scan-layout.js'; // prettier-ignore
import { type ScannedColumn, scannedKinds } from './scanned.js';

// Writes the structures of `packages/core/wasm/memory.ts`: words in the order of their members.

/** Writes the fields, their keys, and dictionaries without entries. */
export function writeTables(buffer: ArrayBuffer, { keys, places }: ScanLayout, fields: readonly ScannedField[]): void {
  const words = new Int32Array(buffer);
  // The first stands before every first key, and is none: white space was passed over where a key is looked for.
  writeKey(buffer, keys, 0, Uint8Array.of(0x20), 0);
  fields.forEach(({ key, kind, nullable }, i) => {
    const { field, nulls, values, offsets, texts, dictionary } = places[i]!;
    words.set([scannedKinds.indexOf(kind), nullable ? 1 : 0, -1, nulls, values, offsets, texts, 0], field >> 2);
    if (offsets !== 0) words[offsets >> 2] = 0;
    if (dictionary !== 0) writeDictionary(words, dictionary);
    writeKey(buffer, keys, i + 1, quoted(key), field);
  });
}

/** Writes key `index` of the list, with its quotes; `field` is 0 where the schema has none of that name. */
export function writeKey(buffer: ArrayBuffer, keys: number, index: number, text: Uint8Array, field: number): void {
  const address = keys + index * keySize;
  const words = new Int32Array(buffer, address, 3);
  // Which key comes next is learned from the records.
  words.set([text.length, field, keys]);
  const blocks = new Uint8Array(buffer, address + words.byteLength, keySize - words.byteLength);
  blocks.fill(0);
  blocks.set(text);
}

const quote = 0x22;
const dictionaryWord = 7;

function quoted(key: Uint8Array): Uint8Array {
  return Uint8Array.of(quote, ...key, quote);
}

function writeDictionary(words: Int32Array, address: number): void {
  const slots = address + dictionarySize;
  const entries = slots + 4 * slotsOfEntries;
  words.set([0, 0, entryBytesMax >> 4, slots, entries, entries + 4 * entriesMax], address >> 2);
  words.fill(0, slots >> 2, entries >> 2);
}

/** Makes the fields ready for a part of so many rows. */
export function beginFields(
  buffer: ArrayBuffer,
  { places }: ScanLayout,
  fields: readonly ScannedField[],
  rows: number,
): void {
  const words = new Int32Array(buffer);
  places.forEach(({ field, nulls, dictionary }, i) => {
    if (nulls !== 0) new Uint8Array(buffer, nulls, rows).fill(0);
    words[(field >> 2) + dictionaryWord] = fields[i]!.numbersTexts() ? dictionary : 0;
  });
}

/** Where the scanner leaves what it finds, per field. */
export function columnsOf(
  buffer: ArrayBuffer,
  { places }: ScanLayout,
  { partRows, partBytes }: ScannerBounds,
): readonly ScannedColumn[] {
  return places.map(({ nulls, values, offsets, texts }) => ({
    nulls: new Uint8Array(buffer, nulls, nulls === 0 ? 0 : partRows),
    values: new Uint8Array(buffer, values, values === 0 ? 0 : 8 * partRows),
    texts: {
      offsets: new Int32Array(buffer, offsets, offsets === 0 ? 0 : partRows + 1),
      bytes: new Uint8Array(buffer, texts, offsets === 0 ? 0 : partBytes),
      numbers: new Int32Array(buffer, values, offsets === 0 ? 0 : partRows),
      entries: new Int32Array(offsets === 0 ? 0 : entriesMax).fill(-1),
    },
  }));
}
