import { pinsFile } from '../../pinterest/pins-file.js';
import { duckdbEngine } from './windows-query.js';

// Only the four fields that are asked for are read: as fair as our own projection.
const columns = "{unique_id: 'VARCHAR', category: 'VARCHAR', follower_count: 'VARCHAR', timestamp: 'VARCHAR'}";

export const engine = duckdbEngine(
  (records) => `read_json('${pinsFile(records).path.replaceAll("'", "''")}', format = 'newline_delimited', columns = ${columns})`, // prettier-ignore
);
