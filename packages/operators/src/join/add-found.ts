import {
  columnOf,
  select,
  takeColumn,
  valueProblem,
  type Batch,
  type Column,
  type OperatorContext,
} from '@millrace/core/operate';
import type { DistinctKeys } from './distinct-keys.js';
import type { LookupSettings, Unfit } from './lookup-settings.js';

type Found = { readonly [field: string]: unknown } | undefined;

/** Emits a batch with what was found for each of its distinct keys. */
export type AddFound = (batch: Batch, keys: DistinctKeys, found: readonly Found[]) => void;

/** Makes the columns that a look-up adds, once per distinct key, and spreads them over the rows. */
export function addFound(context: OperatorContext, unfit: Unfit, { taken, join }: LookupSettings): AddFound {
  const added = Object.entries(taken).filter(([name]) => context.needed.has(name));

  const column = (name: string, found: readonly Found[]): Column => {
    const type = taken[name]!;
    const values = found.map((row) => {
      if (row === undefined) return undefined;
      const problem = valueProblem(type, row[name]);
      if (problem === undefined) return row[name];
      throw unfit(`"${name}" of a row ${problem}`, `Give take the type that "${name}" has in the view.`);
    });
    return columnOf(type, values);
  };

  return (batch, { rows, entries }, found) => {
    // Rows that are not selected get some value, which nobody reads.
    const entryOf = new Int32Array(batch.length);
    for (let i = 0; i < rows.length; i++) entryOf[rows[i]!] = entries[i]!;
    const columns = added.map(([name]) => [name, takeColumn(column(name, found), entryOf)] as const);
    const kept = join === 'left' ? rows : rows.filter((_, i) => found[entries[i]!] !== undefined);
    context.ledger.taken += kept.length;
    context.ledger.filtered += rows.length - kept.length;
    const wider: Batch = { ...batch, columns: { ...batch.columns, ...Object.fromEntries(columns) } };
    context.emit(kept.length === rows.length ? wider : select(wider, kept));
  };
}
