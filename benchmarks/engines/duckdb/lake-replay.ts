import { pinsTableFiles } from '../../pinterest/pins-table-files.js';
import { duckdbEngine } from './windows-query.js';

export const engine = duckdbEngine((records) => {
  const files = pinsTableFiles(records).map((file) => `'${file.replaceAll("'", "''")}'`);
  return `read_parquet([${files.join(', ')}])`;
});
