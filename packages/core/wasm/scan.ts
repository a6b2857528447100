import { setRecordEnd, skipSpace } from './space';
import { readKey } from './keys';
import { Field, Key, Part } from './memory';
import { skipValue } from './skip';
import { readValue, setNull } from './values';

/**
 * Scans the records of a part that are written as most are, and leaves the others to the other scanner, row by row. What
 * it reads it reads as that one does: whatever is in doubt is left. Returns at the end, or behind a row with a new key.
 */
export function scan(address: usize): void {
  const part = changetype<Part>(address);
  part.strangerLength = 0;
  for (let i = 0; i < part.fieldCount; i++) fieldAt(part, i).seenIn = -1;
  for (let row = part.row; row < part.rows; row++) {
    const place = (row as usize) << 2;
    const start = load<i32>(part.starts + place);
    const end = load<i32>(part.ends + place);
    const isRead = end - start <= part.bytesMax && scanRecord(part, part.data + start, part.data + end, row);
    if (!isRead) leave(part, row);
    if (part.strangerLength != 0) {
      part.row = row + 1;
      return;
    }
  }
  part.row = part.rows;
}

function leave(part: Part, row: usize): void {
  store<u8>(part.left + row, 1);
  part.leftRows++;
  // What was read of it goes.
  for (let i = 0; i < part.fieldCount; i++) {
    const field = fieldAt(part, i);
    if (field.offsets != 0) store<i32>(field.offsets + ((row + 1) << 2), load<i32>(field.offsets + (row << 2)));
  }
}

/** Whether a record is read: an object, with nothing but white space around it. */
function scanRecord(part: Part, start: usize, end: usize, row: i32): bool {
  setRecordEnd(end);
  let at = skipSpace(start);
  if (load<u8>(at) != 0x7b) return false;
  at = skipSpace(at + 1);
  let seen = 0;
  if (load<u8>(at) == 0x7d) at++;
  else {
    let key = changetype<Key>(part.keys);
    while (true) {
      const next = readKey(part, at, key);
      if (next == 0) return false;
      key = changetype<Key>(next);
      at = skipSpace(at + key.length);
      if (load<u8>(at) != 0x3a) return false;
      at = skipSpace(at + 1);
      if (key.field == 0) at = skipValue(at, part.depthMax);
      else {
        const field = changetype<Field>(key.field);
        if (field.seenIn == row) return false;
        field.seenIn = row;
        seen++;
        at = readValue(at, field, row);
      }
      if (at == 0) return false;
      at = skipSpace(at);
      const byte = load<u8>(at++);
      if (byte == 0x7d) break;
      if (byte != 0x2c) return false;
      at = skipSpace(at);
    }
  }
  // Only here it shows whether all of that was still in the record: whoever has gone too far is not at its end.
  return skipSpace(at) == end && (seen == part.fieldCount || readMissing(part, row));
}

function readMissing(part: Part, row: i32): bool {
  for (let i = 0; i < part.fieldCount; i++) {
    const field = fieldAt(part, i);
    if (field.seenIn == row) continue;
    if (field.nullable == 0) return false;
    setNull(field, row);
  }
  return true;
}

function fieldAt(part: Part, index: i32): Field {
  return changetype<Field>(part.fields + (index as usize) * offsetof<Field>());
}
