import { type ColumnType, type Fields, millraceError } from '@millrace/core';
import type { TableFolder } from './delta/table-folder.js';

/** What no name of a column may hold, by the rules of Delta and of Spark's Parquet. */
const refused: ReadonlyMap<string, string> = new Map([
  [' ', 'a blank'],
  ['\n', 'a line break'],
  ['\t', 'a tabulator'],
  ...Array.from(',;{}()=', (mark) => [mark, `"${mark}"`] as const),
]);

/**
 * Refuses columns whose names other readers of Delta refuse, or cannot tell apart, also inside of structs.
 *
 * @param fix what the user can do about it, for one column.
 * @throws MillraceError `MILLRACE_OPTION_INVALID`.
 */
export function checkColumnNames({ label }: TableFolder, fields: Fields, fix: (name: string) => string): void {
  const check = (members: Fields, within: string): void => {
    const lower = new Map<string, string>();
    for (const [name, type] of Object.entries(members)) {
      const refuse = (problem: string): never => {
        const option = `the column ${JSON.stringify(within + name)}`;
        throw millraceError('MILLRACE_OPTION_INVALID', { subject: label, option, problem, fix: fix(within + name) });
      };
      const mark = Array.from(name).find((character) => refused.has(character));
      if (mark !== undefined) refuse(`holds ${refused.get(mark)!}, and Delta and Spark read no such name`);
      const other = lower.get(name.toLowerCase());
      if (other !== undefined) {
        refuse(`differs from ${JSON.stringify(within + other)} only by case, and Delta and Spark take both for one`);
      }
      lower.set(name.toLowerCase(), name);
      checkType(type, `${within}${name}.`);
    }
  };
  const checkType = ({ items, fields: members }: ColumnType, within: string): void => {
    if (items !== undefined) checkType(items, within);
    if (members !== undefined) check(members, within);
  };
  check(fields, '');
}
