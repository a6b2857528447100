import type { BytesColumn } from './column.js';
import type { ColumnBuilder } from './builder.js';
import { copyBytes } from './copy-bytes.js';
import { grown } from './grow.js';
import { writeText } from './text.js';
import { validityBuilder } from './validity-builder.js';

/** Runs of bytes that lie one behind the other, in a memory that will be written again. */
export interface Texts {
  readonly bytes: Uint8Array;
  readonly offsets: Int32Array;
}

/** A builder for text as it is, or binary. */
export interface BytesBuilder extends ColumnBuilder {
  /** Appends bytes `start` to `end` of `source`; where the column is text they must be valid UTF-8. */
  appendBytes(source: Uint8Array, start: number, end: number): void;
  /** Appends texts `from` to `to`, in one copy. */
  appendTexts(texts: Texts, from: number, to: number): void;
  finish(): BytesColumn;
}

/** A builder for binary columns; takes `Uint8Array`, and text as its UTF-8. */
export function binaryBuilder(): BytesBuilder {
  let offsets = new Int32Array(1);
  let bytes = new Uint8Array(0);
  let length = 0;
  const validity = validityBuilder();
  const close = (end: number): void => {
    offsets = grown(offsets, length + 2);
    offsets[++length] = end;
  };
  const builder: BytesBuilder = {
    append(value) {
      if (value === null || value === undefined) builder.appendNull();
      else if (typeof value === 'string') {
        const from = offsets[length]!;
        bytes = grown(bytes, from + 3 * value.length);
        close(writeText(value, bytes, from));
      } else {
        const source = value as Uint8Array;
        builder.appendBytes(source, 0, source.length);
      }
    },
    appendBytes(source, start, end) {
      const from = offsets[length]!;
      const to = from + end - start;
      bytes = grown(bytes, to);
      copyBytes(source, start, end, bytes, from);
      close(to);
    },
    appendTexts(texts, from, to) {
      const start = texts.offsets[from]!;
      const end = texts.offsets[to]!;
      const at = offsets[length]!;
      bytes = grown(bytes, at + end - start);
      copyBytes(texts.bytes, start, end, bytes, at);
      const count = to - from;
      offsets = grown(offsets, length + 1 + count);
      const target = offsets;
      const source = texts.offsets;
      for (let i = 1; i <= count; i++) target[length + i] = source[from + i]! - start + at;
      length += count;
    },
    appendNull() {
      validity.markNull(length);
      close(offsets[length]!);
    },
    finish() {
      const column: BytesColumn = {
        layout: 'bytes',
        offsets: offsets.slice(0, length + 1),
        bytes: bytes.slice(0, offsets[length]),
        validity: validity.finish(length),
      };
      length = 0;
      return column;
    },
  };
  return builder;
}
