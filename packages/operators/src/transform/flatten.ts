import {
  type ColumnType,
  type Fields,
  type Flow,
  int32,
  type ListType,
  type Named,
  type Nullable,
  schema,
  type Simplify,
  type StructType,
} from '@millrace/core';
import {
  onUserLine,
  type Batch,
  type Column,
  isNull,
  type ListColumn,
  operate,
  requireFields,
  requireFlow,
  selectedRows,
  type StructColumn,
  takeBatch,
  takeColumn,
  need,
  optionsOf,
  requireArguments,
} from '@millrace/core/operate';
import { requireFresh } from './names.js';
import { requireAppendRows } from './rows.js';

// Texts are all that a list can hold whose type does not name its items: `text().split(…)` makes those.
type ItemOf<C> =
  C extends ListType<infer I, boolean> ? I : C extends ColumnType<string[]> ? ColumnType<string, 'utf8', false> : never;
type Made<I, K extends string, A extends string> = [A] extends [never]
  ? I extends StructType<infer M, infer N>
    ? { [P in keyof M]: N extends true ? Nullable<M[P]> : M[P] }
    : { [P in K]: I }
  : { [P in A]: I };

/** The fields behind `flatten`. */
export type Flattened<F extends Fields, K extends keyof F & string, A extends string> = Simplify<
  Omit<F, K> & Made<ItemOf<F[K]>, K, A>
>;

/** Flattened columns that would take the name of another, as a type error. */
type Collision<F extends Fields, K extends keyof F & string, A extends string> = keyof Made<ItemOf<F[K]>, K, A> &
  keyof Omit<F, K>;

/** Rows per batch that comes out: enough for the work per batch to vanish, and few enough to stay in the caches. */
const rowsPerBatch = 8192;

/**
 * A row per item of a list, in the order of the list; the other columns are repeated. The members of a struct become
 * columns; with `as`, and where the items are no structs, the item is one column (of the list's name without `as`).
 *
 * A null or empty list gives no row and is counted as filtered; every other record is counted once, whatever its rows.
 * The order gets the item's place in the list appended. Keeps no state. Takes append flows only. Put it before
 * `eventTime` where the items have a time of their own.
 *
 * @throws MillraceError `MILLRACE_FIELD_KIND` where the field is no list, `MILLRACE_FIELD_COLLISION`, `MILLRACE_MODE_UNFIT`.
 * @example
 * ```ts
 * import { float64, list, schema, struct, timestamp, utf8, type Flow } from '@millrace/core';
 * import { flatten } from '@millrace/operators';
 *
 * const Message = schema({ device: utf8, data: list(struct({ at: timestamp, celsius: float64 })) });
 * const graph = (messages: Flow<typeof Message.fields>) => messages.pipe(flatten('data')); // device, at, celsius
 * ```
 */
export function flatten<
  F extends Fields,
  K extends Named<F, ColumnType<unknown, 'list'>>,
  const A extends string = never,
>(
  field: [Collision<F, K, A>] extends [never] ? K : never,
  options: { readonly as?: A } = {},
): (flow: Flow<F>) => Flow<Flattened<F, K, A> extends infer X extends Fields ? X : never> {
  requireArguments('flatten', "flatten('tags')", [
    ['field', field, need.text],
    ['options', options, optionsOf('as')],
  ]);
  return onUserLine((flow) => {
    requireFlow('flatten', flow);
    requireAppendRows('flatten', flow);
    requireFields('flatten', flow.schema, [
      { field, uses: 'takes', needs: { text: 'a list', accepts: ({ kind }) => kind === 'list' } },
    ]);
    const fields: Fields = flow.schema.fields;
    const { made, columns } = itemColumns(field, fields[field]!.items!, options.as);
    const others = Object.fromEntries(Object.entries(fields).filter(([name]) => name !== field));
    requireFresh('flatten', others, Object.keys(made));
    const { grouping } = flow.node;
    return operate(flow, {
      operator: 'flatten',
      arguments: field,
      schema: schema<Fields>({ ...others, ...made }) as never,
      order: [...flow.node.order, int32],
      grouping: grouping?.fields.includes(field) ? undefined : grouping,
      needs: (required) => [new Set([field, ...[...required].filter((name) => Object.hasOwn(others, name))])],
      create: (context) => ({
        batch(batch) {
          const list = batch.columns[field] as ListColumn;
          const full = selectedRows(batch).filter((row) => itemCount(list, row) > 0);
          context.ledger.taken += full.length;
          context.ledger.filtered += selectedRows(batch).length - full.length;
          const others = Object.entries(batch.columns).filter(([name]) => name !== field && context.needed.has(name));
          const repeated = { ...batch, columns: Object.fromEntries(others) };
          for (const rows of portions(list, full)) context.emit(flattened(repeated, list, rows, columns));
        },
      }),
    });
  });
}

interface ItemColumns {
  readonly made: Fields;
  readonly columns: (items: Column) => { readonly [name: string]: Column };
}

function itemColumns(field: string, item: ColumnType, as: string | undefined): ItemColumns {
  if (as !== undefined || item.kind !== 'struct') {
    const name = as ?? field;
    return { made: { [name]: item }, columns: (items) => ({ [name]: items }) };
  }
  const members = Object.entries(item.fields!);
  return {
    made: Object.fromEntries(
      members.map(([name, type]) => [name, { ...type, nullable: type.nullable || item.nullable }]),
    ),
    columns: (items) => Object.fromEntries(members.map(([name]) => [name, memberOf(items as StructColumn, name)])),
  };
}

// Where the item is null, so are its members.
function memberOf({ fields, validity }: StructColumn, name: string): Column {
  const member = fields[name]!;
  const own = member.validity;
  if (validity === undefined) return member;
  return { ...member, validity: own === undefined ? validity : validity.map((byte, i) => byte & own[i]!) };
}

function itemCount(list: ListColumn, row: number): number {
  return isNull(list, row) ? 0 : list.offsets[row + 1]! - list.offsets[row]!;
}

// A record is never cut in two, so that one with more items than this makes a larger batch.
function* portions(list: ListColumn, rows: Int32Array): Generator<Int32Array> {
  let from = 0;
  let count = 0;
  for (let i = 0; i < rows.length; i++) {
    count += itemCount(list, rows[i]!);
    if (count < rowsPerBatch && i + 1 < rows.length) continue;
    yield rows.subarray(from, i + 1);
    from = i + 1;
    count = 0;
  }
}

function flattened(batch: Batch, list: ListColumn, rows: Int32Array, columnsOf: ItemColumns['columns']): Batch {
  let length = 0;
  for (const row of rows) length += itemCount(list, row);
  const rowOf = new Int32Array(length);
  const itemOf = new Int32Array(length);
  const placeOf = new Int32Array(length);
  let at = 0;
  for (const row of rows) {
    const first = list.offsets[row]!;
    for (let item = first; item < list.offsets[row + 1]!; item++, at++) {
      rowOf[at] = row;
      itemOf[at] = item;
      placeOf[at] = item - first;
    }
  }
  const repeated = takeBatch(batch, rowOf);
  return {
    ...repeated,
    columns: { ...repeated.columns, ...columnsOf(takeColumn(list.items, itemOf)) },
    order: [...repeated.order, { layout: 'int32', values: placeOf, validity: undefined }],
  };
}
