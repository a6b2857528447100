import type { ColumnType } from '../schema/column-type.js';
import { type Cursor, enter, malformed, peek } from './cursor.js';
import { nullRows } from './null-rows.js';
import { otherKind, type Reader, readNullable } from './reader.js';
import { inList, type Problem } from './rejection.js';

/**
 * A column of lists. While records are read the items are only checked and counted, under row 0 of the items; when the
 * rows are settled the lists that were kept are read once more, and the items get rows of their own.
 */
export function listReader(type: ColumnType, items: Reader): Reader {
  const itemType = type.items!;
  let starts = new Int32Array(1);
  let counts = new Int32Array(1);
  const nulls = nullRows();
  nulls.begin(1);

  return {
    begin(rows) {
      starts = new Int32Array(rows);
      counts = new Int32Array(rows);
      nulls.begin(rows);
      items.begin(1);
    },
    read(c, byte, row) {
      if (byte !== 0x5b) return otherKind(c, byte, type);
      starts[row] = c.at;
      counts[row] = 0;
      let first: Problem | undefined;
      eachItem(c, (itemByte) => {
        counts[row]!++;
        const found = readNullable(items, itemType, c, itemByte, 0);
        first ??= found;
      });
      return first === undefined ? undefined : inList(first);
    },
    setNull(row) {
      counts[row] = 0;
      nulls.setNull(row);
    },
    forget: nulls.forget,
    finish(c) {
      const rows = counts.length;
      const offsets = new Int32Array(rows + 1);
      for (let row = 0; row < rows; row++) offsets[row + 1] = offsets[row]! + counts[row]!;
      items.begin(offsets[rows]!);
      let item = 0;
      for (let row = 0; row < rows; row++) {
        if (counts[row] === 0) continue;
        c.at = starts[row]!;
        c.depth = 0;
        eachItem(c, (byte) => readNullable(items, itemType, c, byte, item++));
      }
      return { layout: 'list', offsets, items: items.finish(c), validity: nulls.finish() };
    },
  };
}

/** Calls `read` at each item of a list, from its bracket to behind its end. */
function eachItem(c: Cursor, read: (byte: number) => void): void {
  enter(c);
  let byte = peek(c);
  while (byte !== 0x5d) {
    read(byte);
    byte = peek(c);
    if (byte === 0x2c) {
      c.at++;
      byte = peek(c);
      if (byte === 0x5d) throw malformed;
    } else if (byte !== 0x5d) throw malformed;
  }
  c.at++;
  c.depth--;
}
