import type { Column } from '../batch/column.js';
import type { ColumnType, Fields } from '../schema/column-type.js';
import { type Cursor, enter, malformed, peek, peekBehindColon } from './cursor.js';
import { beforeFirst, keyTable } from './key-table.js';
import { nullRows } from './null-rows.js';
import { otherKind, type Reader, readNullable } from './reader.js';
import { inMember, type Problem, problem } from './rejection.js';
import { skipValue } from './skip-value.js';

/** One field of an object; only those that are kept become columns, all are checked. */
export interface Member {
  readonly name: string;
  readonly type: ColumnType;
  readonly reader: Reader;
  readonly kept: boolean;
}

/** The readers of all fields, of which those in `columns` are kept. */
export function membersOf(
  fields: Fields,
  readerOf: (type: ColumnType) => Reader,
  columns?: ReadonlySet<string>,
): readonly Member[] {
  return Object.entries(fields).map(([name, type]) => ({
    name,
    type,
    reader: readerOf(type),
    kept: columns?.has(name) ?? true,
  }));
}

/** A column of structs: objects whose members become columns of their own. */
export function structReader(type: ColumnType, readerOf: (type: ColumnType) => Reader): Reader {
  const members = membersOf(type.fields!, readerOf);
  const read = objectReader(members);
  const nulls = nullRows();
  const reader: Reader = {
    begin(rows) {
      nulls.begin(rows);
      for (const member of members) member.reader.begin(rows);
    },
    read: (c, byte, row) => (byte === 0x7b ? read(c, row) : otherKind(c, byte, type)),
    setNull(row) {
      nulls.setNull(row);
      for (const member of members) member.reader.setNull(row);
    },
    forget(row) {
      nulls.forget(row);
      for (const member of members) member.reader.forget(row);
    },
    finish: (c) => ({ layout: 'struct', fields: finishMembers(members, c), validity: nulls.finish() }),
  };
  reader.begin(1);
  return reader;
}

/** The columns of the members that are kept. */
export function finishMembers(members: readonly Member[], c: Cursor): { readonly [name: string]: Column } {
  return Object.fromEntries(members.filter(({ kept }) => kept).map(({ name, reader }) => [name, reader.finish(c)]));
}

/**
 * A function that reads an object from its brace and notes its members under a row. Of a key that comes twice the last
 * value counts, also for what is wrong with it. Of several problems it gives the one of the first field of the schema,
 * so that neither the order of keys nor what is kept has a say.
 */
export function objectReader(members: readonly Member[]): (c: Cursor, row: number) => Problem | undefined {
  const keys = keyTable(members.map(({ name }) => name));
  const seenIn = new Float64Array(members.length); // the last object that had the field
  const problems = new Array<Problem | undefined>(members.length).fill(undefined);
  let anyProblem = false; // since `problems` was cleared; an object that is torn leaves its own behind
  let object = 0;
  let seen = 0;

  const note = (index: number, found: Problem): void => {
    problems[index] = found;
    anyProblem = true;
  };
  const readMember = (c: Cursor, index: number, byte: number, row: number): void => {
    const { reader, type, kept } = members[index]!;
    const at = kept ? row : 0;
    if (seenIn[index] === object) {
      c.repeatedKeys++;
      reader.forget(at);
      problems[index] = undefined;
    } else {
      seenIn[index] = object;
      seen++;
    }
    const found = readNullable(reader, type, c, byte, at);
    if (found !== undefined) note(index, found);
  };
  const readMissing = (row: number): void => {
    for (let index = 0; index < members.length; index++) {
      if (seenIn[index] === object) continue;
      const { reader, type, kept } = members[index]!;
      if (type.nullable) reader.setNull(kept ? row : 0);
      else note(index, problem('MILLRACE_DECODE_MISSING'));
    }
  };
  return (c, row) => {
    object++;
    seen = 0;
    if (anyProblem) problems.fill(undefined);
    anyProblem = false;
    let key = beforeFirst;
    enter(c);
    let byte = peek(c);
    while (byte !== 0x7d) {
      key = keys.read(c, key);
      const field = keys.fieldOf(key);
      const first = peekBehindColon(c);
      if (field < 0) skipValue(c);
      else readMember(c, field, first, row);
      byte = peek(c);
      if (byte === 0x2c) {
        c.at++;
        byte = peek(c);
        if (byte === 0x7d) throw malformed;
      } else if (byte !== 0x7d) throw malformed;
    }
    c.at++;
    c.depth--;
    if (seen < members.length) readMissing(row);
    if (!anyProblem) return undefined;
    const index = problems.findIndex((found) => found !== undefined);
    return index < 0 ? undefined : inMember(members[index]!.name, problems[index]!);
  };
}
