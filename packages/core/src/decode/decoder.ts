import type { DecodedRecords, Records } from '../connector/records.js';

/**
 * Turns the values of records into columns. It may keep what helps it to read the next batch (the order of keys, say),
 * but what it gives depends on the records alone.
 */
export interface Decoder {
  /**
   * One row per record, in order. A record that is no row of the schema is rejected and leaves a row of nulls, so that
   * row `i` always stands for record `i`. Never throws on account of what the bytes are.
   *
   * Which records are rejected, with which code and field, is a function of the schema and the bytes: not of the
   * columns that are asked for, of the other records, or of how the records are cut into batches.
   */
  decode(records: Records): DecodedRecords;
}
