import { isMillraceError } from '@millrace/core';
import { foreign, type OuterFolder, type TableFolder } from './delta/table-folder.js';

// The files of a table lie in its folder, and programs that tidy up a table take all that its log does not name for
// rubbish. So a table has its folder for itself: it lies in no other table's, and nobody else's rows lie in it.

const logFolder = '_delta_log';

/**
 * Refuses to write into a folder that is another table's.
 *
 * @param isNew whether the table has no log yet, and so all that lies in its folder is somebody else's.
 * @throws MillraceError `MILLRACE_TABLE_FOREIGN`.
 */
export async function checkPlace(table: TableFolder, isNew: boolean): Promise<void> {
  const above = (await table.outer?.()) ?? [];
  const isLog = ({ location }: OuterFolder): boolean => /[\\/]_delta_log$/.test(location);
  const fix = 'Give the lake a root that is no table.';
  if (table.prefix.split('/').includes(logFolder) || above.some(isLog)) {
    throw foreign(table, `it lies in the log of another table (${logFolder})`, fix);
  }
  for (const outer of above) {
    if (await isTable(outer)) throw foreign(table, `it lies in the folder of another table (${outer.location})`, fix);
  }
  if (isNew) await checkEmpty(table);
}

async function isTable({ store, prefix }: OuterFolder): Promise<boolean> {
  try {
    const first = await store.list(`${prefix}${logFolder}/`)[Symbol.asyncIterator]().next();
    return first.done !== true;
  } catch (error) {
    // Rights may end at the root.
    if (isMillraceError(error) && /^MILLRACE_STORE_(REFUSED|FAILED)$/.test(error.code)) return false;
    throw error;
  }
}

async function checkEmpty(table: TableFolder): Promise<void> {
  for await (const { key } of table.store.list(table.prefix)) {
    const name = key.slice(table.prefix.length);
    if (name.split('/').slice(1, -1).includes(logFolder)) {
      const inner = name.slice(0, name.indexOf(`/${logFolder}/`));
      throw foreign(
        table,
        `another table lies in its folder (${inner})`,
        'Give it a name that is no folder of tables.',
      );
    }
    if (name.endsWith('.parquet') && !ownFile.test(name)) {
      throw foreign(
        table,
        `its folder has no log, and Parquet files that Millrace has not written (${name})`,
        'Give the table another name, or move those files elsewhere.',
      );
    }
  }
}

// What `publish: 'replace'` has staged before a first commit that never came; see where files are named. Spark, DuckDB and
// delta-rs name theirs otherwise.
const ownFile = /^part-([^/]+-)?\d+-\d+-[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}\.parquet$/;
