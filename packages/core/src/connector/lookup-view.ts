import type { Fields } from '../schema/column-type.js';

/**
 * A view that can be asked for rows by their key while others write it: what a look-up join asks. `K` are the fields of
 * its key.
 */
export interface LookupView<K extends string = string> {
  /** Its name: what the operator that asks it is called by. */
  readonly name: string;
  /** What it is, for people: `redis view "users"`. */
  readonly label: string;
  /** The fields that name a row. */
  readonly key: readonly string[] | undefined;
  /** The types of its rows as they are now; undefined while nothing is shown. */
  fields(): Promise<Fields | undefined>;
  /**
   * The rows of those keys, in their order; undefined where there is none. Values are as rows hold them: `Date`, `bigint`, a
   * decimal as text.
   */
  getMany(
    keys: readonly { readonly [P in K]: unknown }[],
  ): Promise<readonly ({ readonly [field: string]: unknown } | undefined)[]>;
}
