import type { scannedKinds } from './scanned.js';

/** A field, as the scanner needs to know it. */
export interface ScannedField {
  /** The name as JSON has it, without the quotes. */
  readonly key: Uint8Array;
  readonly kind: (typeof scannedKinds)[number];
  readonly nullable: boolean;
  /** Whether its values are wanted; else it is only held to its type. */
  readonly kept: boolean;
  /** Whether its texts are to be numbered. */
  readonly numbersTexts: () => boolean;
}

/** How much is scanned at a time, and how many rows a batch needs for the scanner to be worth its call. */
export interface ScannerBounds {
  readonly rowsMin: number;
  readonly partRows: number;
  readonly partBytes: number;
}

/** Where the things of a field lie in the scanner's memory; 0 where it has no such thing. */
export interface FieldPlace {
  readonly field: number;
  readonly nulls: number;
  readonly values: number;
  readonly offsets: number;
  readonly texts: number;
  readonly dictionary: number;
}

/** Where everything lies, and how many bytes that takes. */
export interface ScanLayout {
  readonly part: number;
  readonly fields: number;
  readonly keys: number;
  readonly left: number;
  readonly starts: number;
  readonly ends: number;
  readonly data: number;
  readonly places: readonly FieldPlace[];
  readonly size: number;
}

/** Behind data and texts: room for whatever reads or writes on, a block at a time. */
export const behind = 128;
/** The sizes of the structures of `packages/core/wasm/memory.ts`; that of a key with its text. */
const partSize = 64;
const fieldSize = 32;
export const dictionarySize = 24;
export const keySize = 92;
/** So many keys are known, those of fields and others, if they are no longer than this. */
export const keysMax = 256;
const keyLengthMax = 64;
/** So many distinct texts of a field are numbered, as long as they do not take more bytes; and the slots to find them. */
export const entriesMax = 4096;
export const slotsOfEntries = 8192;
export const entryBytesMax: number = 32 * entriesMax;

/** Below this lie the constants of the compiled scanner. */
const base = 4096;
/** What the scanner may have at most; a schema that needs more does without. */
const sizeMax = 64 * 1024 * 1024;

/** The layout for these fields; undefined where they do not fit. */
export function scanLayout(fields: readonly ScannedField[], bounds: ScannerBounds): ScanLayout | undefined {
  const { partRows, partBytes } = bounds;
  if (fields.length >= keysMax || fields.some(({ key }) => key.length > keyLengthMax)) return undefined;
  let size = base;
  const take = (bytes: number): number => {
    const address = size;
    size = (size + bytes + 15) & ~15;
    return address;
  };
  const table = take(fields.length * fieldSize);
  const places = fields.map(({ kind, kept }, i) => {
    const isText = kept && kind === 'utf8';
    return {
      field: table + i * fieldSize,
      nulls: kept ? take(partRows) : 0,
      values: kept ? take(8 * partRows) : 0,
      offsets: isText ? take(4 * (partRows + 1)) : 0,
      texts: isText ? take(partBytes + behind) : 0,
      dictionary: isText ? take(dictionarySize + 4 * slotsOfEntries + 4 * entriesMax + entryBytesMax + behind) : 0,
    };
  });
  const layout = {
    part: take(partSize),
    fields: table,
    keys: take((keysMax + 1) * keySize),
    left: take(partRows),
    starts: take(4 * partRows),
    ends: take(4 * partRows),
    data: take(partBytes + behind),
    places,
  };
  return size > sizeMax ? undefined : { ...layout, size };
}
