import { type BytesBuilder, binaryBuilder, type Texts } from './bytes-builder.js';
import { type BytesColumn, type DictionaryColumn, isNull } from './column.js';
import type { ColumnBuilder } from './builder.js';
import { type EntryTable, entryTable } from './entry-table.js';
import { grown } from './grow.js';
import { writeText } from './text.js';
import { validityBuilder } from './validity-builder.js';

// A dictionary pays while the work per entry is far less than the work per row. It is kept over batches, so it may
// hold at most half of a usual batch; below the floor it is worth keeping however many rows there are. Whether values
// come again shows only after a number of rows: most of those of a first batch are new.
const entriesMax = 4096;
// Long texts are not kept either: every batch that shares a dictionary keeps all of it in memory.
const bytesMax = 4 * 1024 * 1024;
const entriesFloor = 256;
const rowsPerEntry = 4;
const rowsToJudge = 16_384;

/** Texts of which equal ones may have the same number. */
export interface NumberedTexts extends Texts {
  /** Per text its number, −1 where it has none. */
  readonly numbers: Int32Array;
  /** What the builder has for each number; it keeps this, and finds −1 at first. */
  readonly entries: Int32Array;
}

/**
 * A builder for text: a dictionary while distinct values are few, then bytes for good. Codes are stable over batches,
 * and the dictionary is the same object until an entry is added.
 */
export interface TextBuilder extends ColumnBuilder {
  /** Whether it still has a dictionary. */
  readonly isDictionary: boolean;
  /** Appends the valid UTF-8 in bytes `start` to `end` of `source`. */
  appendBytes(source: Uint8Array, start: number, end: number): void;
  /** Appends texts `from` to `to`. */
  appendTexts(texts: NumberedTexts, from: number, to: number): void;
  finish(): BytesColumn | DictionaryColumn;
}

/** A builder for text that chooses its layout. */
export function textBuilder(): TextBuilder {
  let current: BytesBuilder | DictionaryBuilder = dictionaryBuilder();
  const demoted = (): void => {
    if (!('crowded' in current) || !current.crowded()) return;
    current = plainAgain(current.finish());
  };
  return {
    get isDictionary() {
      return 'crowded' in current;
    },
    append(value) {
      current.append(value);
      demoted();
    },
    appendBytes(source, start, end) {
      current.appendBytes(source, start, end);
      demoted();
    },
    appendTexts(texts, from, to) {
      let row = from;
      if ('crowded' in current) row = current.appendNumbered(texts, from, to);
      demoted();
      if (row < to) (current as BytesBuilder).appendTexts(texts, row, to);
    },
    appendNull: () => current.appendNull(),
    finish: () => current.finish(),
  };
}

interface DictionaryBuilder extends Pick<TextBuilder, 'append' | 'appendBytes' | 'appendNull'> {
  /** Appends texts `from` to `to`, as far as it is not crowded; gives the row behind the last one. */
  appendNumbered(texts: NumberedTexts, from: number, to: number): number;
  /** Whether the distinct values are too many for a dictionary. */
  crowded(): boolean;
  finish(): DictionaryColumn;
}

function dictionaryBuilder(): DictionaryBuilder {
  const table: EntryTable = entryTable();
  const codeOfText = new Map<string, number>();
  let scratch = new Uint8Array(0);
  let codes = new Int32Array(0);
  let length = 0;
  let finishedRows = 0;
  const validity = validityBuilder();
  const push = (code: number): void => {
    codes = grown(codes, length + 1);
    codes[length++] = code;
  };
  const encoded = (text: string): number => {
    scratch = grown(scratch, 3 * text.length);
    const code = table.codeOf(scratch, 0, writeText(text, scratch, 0));
    codeOfText.set(text, code);
    return code;
  };
  const builder: DictionaryBuilder = {
    append(value) {
      if (value === null || value === undefined) return builder.appendNull();
      const text = value as string;
      push(codeOfText.get(text) ?? encoded(text));
    },
    appendBytes: (source, start, end) => push(table.codeOf(source, start, end)),
    appendNumbered({ bytes, offsets, numbers, entries }, from, to) {
      codes = grown(codes, length + to - from);
      const target = codes;
      const { size } = table;
      const rowToJudge = from + rowsToJudge - finishedRows - length - 1;
      let at = length;
      for (let row = from; row < to; row++) {
        const number = numbers[row]!;
        let code = number < 0 ? -1 : entries[number]!;
        if (code < 0) {
          code = table.codeOf(bytes, offsets[row]!, offsets[row + 1]!);
          if (number >= 0) entries[number] = code;
        }
        target[at++] = code;
        // Nothing else can make it crowded.
        if (code < size && row !== rowToJudge) continue;
        length = at;
        if (builder.crowded()) return row + 1;
      }
      length = at;
      return to;
    },
    appendNull() {
      validity.markNull(length);
      push(0);
    },
    crowded() {
      const { size, bytes } = table;
      if (size > entriesMax || bytes > bytesMax) return true;
      const rows = finishedRows + length;
      return size > entriesFloor && rows >= rowsToJudge && size * rowsPerEntry > rows;
    },
    finish() {
      const column: DictionaryColumn = {
        layout: 'dictionary',
        codes: codes.slice(0, length),
        dictionary: table.entries(),
        validity: validity.finish(length),
      };
      finishedRows += length;
      length = 0;
      return column;
    },
  };
  return builder;
}

function plainAgain(column: DictionaryColumn): BytesBuilder {
  const builder = binaryBuilder();
  const { offsets, bytes } = column.dictionary;
  for (let row = 0; row < column.codes.length; row++) {
    const code = column.codes[row]!;
    if (isNull(column, row)) builder.appendNull();
    else builder.appendBytes(bytes, offsets[code]!, offsets[code + 1]!);
  }
  return builder;
}
