import type { TableFolder } from './delta/table-folder.js';

/** A table before anything of it was opened. */
export interface TablePlace {
  readonly name: string;
  /** What it is, for people: `lake table "pins" (folder ./lake)`. */
  readonly label: string;
  /** What tells it from all other tables. */
  readonly identity: readonly unknown[];
  /** Opens the store on first use. */
  readonly folder: () => Promise<TableFolder>;
}

/** Where the place of a table value stands: for this folder alone. */
export const tablePlace: unique symbol = Symbol.for('millrace.lake.place') as never;

/** A table of a lake, whatever its rows are. */
export interface LakeTable {
  readonly name: string;
  readonly label: string;
  readonly [tablePlace]: TablePlace;
}
