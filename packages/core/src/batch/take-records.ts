import type { Records } from '../connector/records.js';
import type { BytesColumn } from './column.js';
import { takeColumn, takeNumbers } from './take.js';

/** The given records of a run, without what was decoded of them: what a late or rejected row is reported with. */
export function takeRecords(records: Records, rows: Int32Array): Records {
  const { partition, next, headers } = records;
  return {
    partition,
    length: rows.length,
    offsets: takeNumbers(records.offsets, rows),
    next,
    brokerTimes: takeNumbers(records.brokerTimes, rows),
    keys: takeColumn(records.keys, rows) as BytesColumn,
    values: takeColumn(records.values, rows) as BytesColumn,
    headers: headers === undefined ? undefined : Array.from(rows, (row) => headers[row]!),
    decoded: undefined,
  };
}
