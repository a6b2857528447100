import { bitAt, emptyBits, fullBits, clearBit, setBit } from './bits.js';
import { copyRun, viewed } from './copy-bytes.js';
import type { BytesColumn, Column, DictionaryColumn, ListColumn } from './column.js';
import { entryTable } from './entry-table.js';
import { plainText } from './plain.js';
import { takeColumn } from './take.js';

type Layout = Column['layout'];
type Of<L extends Layout> = Extract<Column, { layout: L }>;

/** Some rows of a chunk: its row `rows[i]` is to be row `at[i]` of what is gathered. */
export interface ChunkRows {
  readonly rows: Int32Array;
  readonly at: Int32Array;
}

/**
 * Rows out of several chunks of one column: row `i` is row `rowOf[i]` of chunk `chunkOf[i]`. Text that is a dictionary
 * in every chunk stays one. There must be at least one chunk.
 */
export function gatherColumn(chunks: readonly Column[], chunkOf: Int32Array, rowOf: Int32Array): Column {
  if (chunks.length === 1) return takeColumn(chunks[0]!, rowOf);
  return gatherParts(chunks, byChunk(chunks.length, chunkOf, rowOf), rowOf.length);
}

/** The same, with the rows of each chunk by themselves: chunk `i` gives `parts[i]`. Each of `length` rows is given once. */
export function gatherParts(chunks: readonly Column[], parts: readonly ChunkRows[], length: number): Column {
  const validity = gatherValidity(chunks, parts, length);
  switch (chunks[0]!.layout) {
    case 'int32': {
      const values = new Int32Array(length);
      (chunks as Of<'int32'>[]).forEach((chunk, i) => put(chunk.values, parts[i]!, values));
      return { layout: 'int32', values, validity };
    }
    case 'float64': {
      const values = new Float64Array(length);
      (chunks as Of<'float64'>[]).forEach((chunk, i) => putNumbers(chunk.values, parts[i]!, values));
      return { layout: 'float64', values, validity };
    }
    case 'int64':
      return { layout: 'int64', values: gatherLongs(chunks as Of<'int64'>[], 2, parts, length), validity };
    case 'decimal':
      return { layout: 'decimal', values: gatherLongs(chunks as Of<'decimal'>[], 4, parts, length), validity };
    case 'bool': {
      const values = emptyBits(length);
      (chunks as Of<'bool'>[]).forEach((chunk, i) => {
        const { rows, at } = parts[i]!;
        for (let j = 0; j < rows.length; j++) if (bitAt(chunk.values, rows[j]!)) setBit(values, at[j]!);
      });
      return { layout: 'bool', values, validity };
    }
    case 'bytes':
    case 'dictionary':
      return chunks.every((chunk) => chunk.layout === 'dictionary')
        ? gatherDictionaries(chunks, parts, length, validity)
        : gatherBytes((chunks as Of<'bytes' | 'dictionary'>[]).map(plainText), parts, length, validity);
    case 'list':
      return gatherLists(chunks as Of<'list'>[], parts, length, validity);
    case 'struct': {
      const structs = chunks as Of<'struct'>[];
      const members = Object.keys(structs[0]!.fields).map((name) => [
        name,
        gatherParts(structs.map((struct) => struct.fields[name]!), parts, length), // prettier-ignore
      ]);
      return { layout: 'struct', fields: Object.fromEntries(members) as Of<'struct'>['fields'], validity };
    }
  }
}

function byChunk(chunks: number, chunkOf: Int32Array, rowOf: Int32Array): ChunkRows[] {
  const counts = new Int32Array(chunks);
  for (let i = 0; i < chunkOf.length; i++) counts[chunkOf[i]!]!++;
  const parts = Array.from(counts, (count) => ({ rows: new Int32Array(count), at: new Int32Array(count) }));
  counts.fill(0);
  for (let i = 0; i < chunkOf.length; i++) {
    const { rows, at } = parts[chunkOf[i]!]!;
    const to = counts[chunkOf[i]!]!++;
    rows[to] = rowOf[i]!;
    at[to] = i;
  }
  return parts;
}

function put(values: Int32Array, { rows, at }: ChunkRows, to: Int32Array): void {
  for (let i = 0; i < rows.length; i++) to[at[i]!] = values[rows[i]!]!;
}

function putNumbers(values: Float64Array, { rows, at }: ChunkRows, to: Float64Array): void {
  for (let i = 0; i < rows.length; i++) to[at[i]!] = values[rows[i]!]!;
}

function gatherValidity(
  chunks: readonly Column[],
  parts: readonly ChunkRows[],
  length: number,
): Uint8Array | undefined {
  if (chunks.every((chunk) => chunk.validity === undefined)) return undefined;
  const validity = fullBits(length);
  chunks.forEach(({ validity: bits }, chunk) => {
    if (bits === undefined) return;
    const { rows, at } = parts[chunk]!;
    for (let i = 0; i < rows.length; i++) if (!bitAt(bits, rows[i]!)) clearBit(validity, at[i]!);
  });
  return validity;
}

// A row is two words or four. Moved as such: a long would be an object each.
function gatherLongs(
  chunks: readonly { readonly values: BigInt64Array }[],
  wordsPerRow: number,
  parts: readonly ChunkRows[],
  length: number,
): BigInt64Array {
  const gathered = new Int32Array(length * wordsPerRow);
  chunks.forEach(({ values }, chunk) => {
    const words = new Int32Array(values.buffer, values.byteOffset, values.length * 2);
    const { rows, at } = parts[chunk]!;
    for (let i = 0; i < rows.length; i++) {
      const from = rows[i]! * wordsPerRow;
      const to = at[i]! * wordsPerRow;
      for (let word = 0; word < wordsPerRow; word++) gathered[to + word] = words[from + word]!;
    }
  });
  return new BigInt64Array(gathered.buffer);
}

function gatherDictionaries(
  chunks: readonly DictionaryColumn[],
  parts: readonly ChunkRows[],
  length: number,
  validity: Uint8Array | undefined,
): DictionaryColumn {
  const codes = new Int32Array(length);
  const { dictionary: first } = chunks[0]!;
  if (chunks.every(({ dictionary }) => dictionary === first)) {
    chunks.forEach((chunk, i) => put(chunk.codes, parts[i]!, codes));
    return { layout: 'dictionary', codes, dictionary: first, validity };
  }
  // Only entries that a row needs are carried over: dictionaries would grow with every gathering otherwise.
  const table = entryTable();
  chunks.forEach(({ codes: oldCodes, dictionary }, chunk) => {
    const { rows, at } = parts[chunk]!;
    const known = new Int32Array(dictionary.offsets.length - 1).fill(-1);
    for (let i = 0; i < rows.length; i++) {
      if (validity !== undefined && !bitAt(validity, at[i]!)) continue;
      const old = oldCodes[rows[i]!]!;
      if (known[old] === -1) {
        known[old] = table.codeOf(dictionary.bytes, dictionary.offsets[old]!, dictionary.offsets[old + 1]!);
      }
      codes[at[i]!] = known[old]!;
    }
  });
  return { layout: 'dictionary', codes, dictionary: table.entries(), validity };
}

function gatherBytes(
  chunks: readonly BytesColumn[],
  parts: readonly ChunkRows[],
  length: number,
  validity: Uint8Array | undefined,
): BytesColumn {
  const offsets = gatherOffsets(chunks, parts, length);
  const bytes = new Uint8Array(offsets[length]!);
  const target = viewed(bytes);
  chunks.forEach((chunk, i) => {
    const { rows, at } = parts[i]!;
    const source = viewed(chunk.bytes);
    for (let j = 0; j < rows.length; j++) {
      const row = rows[j]!;
      copyRun(source, chunk.offsets[row]!, chunk.offsets[row + 1]!, target, offsets[at[j]!]!);
    }
  });
  return { layout: 'bytes', offsets, bytes, validity };
}

function gatherLists(
  chunks: readonly ListColumn[],
  parts: readonly ChunkRows[],
  length: number,
  validity: Uint8Array | undefined,
): ListColumn {
  const offsets = gatherOffsets(chunks, parts, length);
  const itemParts = chunks.map(({ offsets: from }, chunk) => {
    const { rows, at } = parts[chunk]!;
    const itemRows: number[] = [];
    const itemAt: number[] = [];
    for (let i = 0; i < rows.length; i++) {
      const first = from[rows[i]!]!;
      for (let item = first; item < from[rows[i]! + 1]!; item++) {
        itemRows.push(item);
        itemAt.push(offsets[at[i]!]! + item - first);
      }
    }
    return { rows: Int32Array.from(itemRows), at: Int32Array.from(itemAt) };
  });
  const items = gatherParts(chunks.map((chunk) => chunk.items), itemParts, offsets[length]!); // prettier-ignore
  return { layout: 'list', offsets, items, validity };
}

function gatherOffsets(
  chunks: readonly { readonly offsets: Int32Array }[],
  parts: readonly ChunkRows[],
  length: number,
): Int32Array {
  const offsets = new Int32Array(length + 1);
  chunks.forEach(({ offsets: from }, chunk) => {
    const { rows, at } = parts[chunk]!;
    for (let i = 0; i < rows.length; i++) offsets[at[i]! + 1] = from[rows[i]! + 1]! - from[rows[i]!]!;
  });
  for (let row = 0; row < length; row++) offsets[row + 1]! += offsets[row]!;
  return offsets;
}
