import { bitAt, emptyBits, fullBits, clearBit, setBit } from './bits.js';
import { copyRun, viewed } from './copy-bytes.js';
import type { BytesColumn, Column, DictionaryColumn, ListColumn } from './column.js';
import { entryTable } from './entry-table.js';
import { plainText } from './plain.js';
import { takeColumn } from './take.js';

type Layout = Column['layout'];
type Of<L extends Layout> = Extract<Column, { layout: L }>;

/**
 * Rows out of several chunks of one column: row `i` is row `rowOf[i]` of chunk `chunkOf[i]`. Text that is a dictionary
 * in every chunk stays one. There must be at least one chunk.
 */
export function gatherColumn(chunks: readonly Column[], chunkOf: Int32Array, rowOf: Int32Array): Column {
  if (chunks.length === 1) return takeColumn(chunks[0]!, rowOf);
  const validity = gatherValidity(chunks, chunkOf, rowOf);
  switch (chunks[0]!.layout) {
    case 'int32':
      return { layout: 'int32', values: gatherWords(chunks as Of<'int32'>[], 1, chunkOf, rowOf), validity };
    case 'float64':
      return { layout: 'float64', values: gatherNumbers(chunks as Of<'float64'>[], chunkOf, rowOf), validity };
    case 'int64': {
      const halves = (chunks as Of<'int64'>[]).map(({ values }) => ({ values: asWords(values) }));
      return { layout: 'int64', values: asLongs(gatherWords(halves, 2, chunkOf, rowOf)), validity };
    }
    case 'decimal': {
      const quarters = (chunks as Of<'decimal'>[]).map(({ values }) => ({ values: asWords(values) }));
      return { layout: 'decimal', values: asLongs(gatherWords(quarters, 4, chunkOf, rowOf)), validity };
    }
    case 'bool': {
      const values = emptyBits(rowOf.length);
      const bits = (chunks as Of<'bool'>[]).map((chunk) => chunk.values);
      for (let i = 0; i < rowOf.length; i++) if (bitAt(bits[chunkOf[i]!]!, rowOf[i]!)) setBit(values, i);
      return { layout: 'bool', values, validity };
    }
    case 'bytes':
    case 'dictionary':
      return chunks.every((chunk) => chunk.layout === 'dictionary')
        ? gatherDictionaries(chunks, chunkOf, rowOf, validity)
        : gatherBytes((chunks as Of<'bytes' | 'dictionary'>[]).map(plainText), chunkOf, rowOf, validity);
    case 'list':
      return gatherLists(chunks as Of<'list'>[], chunkOf, rowOf, validity);
    case 'struct': {
      const structs = chunks as Of<'struct'>[];
      const members = Object.keys(structs[0]!.fields).map((name) => [
        name,
        gatherColumn(structs.map((struct) => struct.fields[name]!), chunkOf, rowOf), // prettier-ignore
      ]);
      return { layout: 'struct', fields: Object.fromEntries(members) as Of<'struct'>['fields'], validity };
    }
  }
}

function gatherValidity(chunks: readonly Column[], chunkOf: Int32Array, rowOf: Int32Array): Uint8Array | undefined {
  if (chunks.every((chunk) => chunk.validity === undefined)) return undefined;
  const validity = fullBits(rowOf.length);
  for (let i = 0; i < rowOf.length; i++) {
    const bits = chunks[chunkOf[i]!]!.validity;
    if (bits !== undefined && !bitAt(bits, rowOf[i]!)) clearBit(validity, i);
  }
  return validity;
}

function gatherWords(
  chunks: readonly { readonly values: Int32Array }[],
  wordsPerRow: number,
  chunkOf: Int32Array,
  rowOf: Int32Array,
): Int32Array {
  const gathered = new Int32Array(rowOf.length * wordsPerRow);
  for (let i = 0, to = 0; i < rowOf.length; i++) {
    const { values } = chunks[chunkOf[i]!]!;
    const from = rowOf[i]! * wordsPerRow;
    for (let word = 0; word < wordsPerRow; word++) gathered[to++] = values[from + word]!;
  }
  return gathered;
}

function gatherNumbers(chunks: readonly Of<'float64'>[], chunkOf: Int32Array, rowOf: Int32Array): Float64Array {
  const gathered = new Float64Array(rowOf.length);
  for (let i = 0; i < rowOf.length; i++) gathered[i] = chunks[chunkOf[i]!]!.values[rowOf[i]!]!;
  return gathered;
}

function gatherDictionaries(
  chunks: readonly DictionaryColumn[],
  chunkOf: Int32Array,
  rowOf: Int32Array,
  validity: Uint8Array | undefined,
): DictionaryColumn {
  const codes = new Int32Array(rowOf.length);
  const first = chunks[0]!.dictionary;
  if (chunks.every((chunk) => chunk.dictionary === first)) {
    for (let i = 0; i < rowOf.length; i++) codes[i] = chunks[chunkOf[i]!]!.codes[rowOf[i]!]!;
    return { layout: 'dictionary', codes, dictionary: first, validity };
  }
  // Only entries that a row needs are carried over: dictionaries would grow with every gathering otherwise.
  const table = entryTable();
  const newCodes = chunks.map((chunk) => new Int32Array(chunk.dictionary.offsets.length - 1).fill(-1));
  for (let i = 0; i < rowOf.length; i++) {
    if (validity !== undefined && !bitAt(validity, i)) continue;
    const chunk = chunkOf[i]!;
    const { codes: oldCodes, dictionary } = chunks[chunk]!;
    const old = oldCodes[rowOf[i]!]!;
    const known = newCodes[chunk]!;
    if (known[old] === -1) {
      known[old] = table.codeOf(dictionary.bytes, dictionary.offsets[old]!, dictionary.offsets[old + 1]!);
    }
    codes[i] = known[old]!;
  }
  return { layout: 'dictionary', codes, dictionary: table.entries(), validity };
}

function gatherBytes(
  chunks: readonly BytesColumn[],
  chunkOf: Int32Array,
  rowOf: Int32Array,
  validity: Uint8Array | undefined,
): BytesColumn {
  const offsets = gatherOffsets(chunks, chunkOf, rowOf);
  const bytes = new Uint8Array(offsets[rowOf.length]!);
  const sources = chunks.map((chunk) => viewed(chunk.bytes));
  const target = viewed(bytes);
  for (let i = 0; i < rowOf.length; i++) {
    const chunk = chunkOf[i]!;
    const from = chunks[chunk]!.offsets;
    const row = rowOf[i]!;
    copyRun(sources[chunk]!, from[row]!, from[row + 1]!, target, offsets[i]!);
  }
  return { layout: 'bytes', offsets, bytes, validity };
}

function gatherLists(
  chunks: readonly ListColumn[],
  chunkOf: Int32Array,
  rowOf: Int32Array,
  validity: Uint8Array | undefined,
): ListColumn {
  const offsets = gatherOffsets(chunks, chunkOf, rowOf);
  const itemChunk = new Int32Array(offsets[rowOf.length]!);
  const itemRow = new Int32Array(itemChunk.length);
  for (let i = 0, to = 0; i < rowOf.length; i++) {
    const chunk = chunkOf[i]!;
    const end = chunks[chunk]!.offsets[rowOf[i]! + 1]!;
    for (let item = chunks[chunk]!.offsets[rowOf[i]!]!; item < end; item++) {
      itemChunk[to] = chunk;
      itemRow[to++] = item;
    }
  }
  const items = gatherColumn(chunks.map((chunk) => chunk.items), itemChunk, itemRow); // prettier-ignore
  return { layout: 'list', offsets, items, validity };
}

function gatherOffsets(
  chunks: readonly { readonly offsets: Int32Array }[],
  chunkOf: Int32Array,
  rowOf: Int32Array,
): Int32Array {
  const offsets = new Int32Array(rowOf.length + 1);
  for (let i = 0; i < rowOf.length; i++) {
    const from = chunks[chunkOf[i]!]!.offsets;
    const row = rowOf[i]!;
    offsets[i + 1] = offsets[i]! + from[row + 1]! - from[row]!;
  }
  return offsets;
}

function asWords(values: BigInt64Array): Int32Array {
  return new Int32Array(values.buffer, values.byteOffset, values.length * 2);
}

function asLongs(words: Int32Array): BigInt64Array {
  return new BigInt64Array(words.buffer);
}
