import type { Column } from '../batch/column.js';
import type { Fields } from '../schema/column-type.js';

/**
 * State as a table (law 5): what an operator hands over at a barrier and gets back at a restart.
 *
 * Every table has a column `group` (int32): the key group of the row, by which another number of tasks can restore it.
 */
export interface StateTable {
  readonly fields: Fields;
  readonly length: number;
  readonly columns: { readonly [name: string]: Column };
}

/** The tables of one operator, by names of its own. */
export interface StateTables {
  readonly [table: string]: StateTable;
}
