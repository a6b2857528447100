import {
  binary,
  type ColumnType,
  type Fields,
  type Flow,
  list,
  type ListType,
  millraceError,
  nullable,
  schema,
  type Simplify,
  struct,
  type StructType,
  timestamp,
  utf8,
} from '@millrace/core';
import {
  onUserLine,
  type Batch,
  type Column,
  columnOf,
  emptyBits,
  type PlanNode,
  requireFlow,
  setBit,
  optionsOf,
  requireArguments,
} from '@millrace/core/operate';
import { requireFresh } from './names.js';
import { project } from './project.js';

/** The columns that metadata of a record can become, by the names that a user gives them. */
interface MetadataFields {
  /** The key's bytes; null where the record has none. */
  readonly key: ColumnType<Uint8Array, 'binary', true>;
  /** Names and values in the record's order; an empty list where it has none. */
  readonly headers: ListType<
    StructType<{ readonly name: typeof utf8; readonly value: ColumnType<Uint8Array, 'binary', true> }>
  >;
  /** The broker's time; null where the record has none (−1). */
  readonly brokerTime: ColumnType<Date, 'timestamp', true>;
}

type MetadataNames = { readonly [K in keyof MetadataFields]?: string };
type FreshNames<F extends Fields, N> = {
  readonly [K in keyof N]: K extends keyof MetadataFields ? (N[K] extends keyof F ? never : N[K]) : never;
};

/** The fields behind `withMetadata`. */
export type WithMetadata<F extends Fields, N> = Simplify<
  F & { -readonly [K in keyof N & keyof MetadataFields as N[K] & string]: MetadataFields[K] }
>;

const types: MetadataFields = {
  key: nullable(binary),
  headers: list(struct({ name: utf8, value: nullable(binary) })),
  brokerTime: nullable(timestamp),
};

/**
 * Adds what a record carries beside its value as columns, under the names that are given; `eventTime` may then use the
 * broker's time. A record without key or broker time has null there, one without headers an empty list.
 *
 * Only where rows are still records: before `flatten` and every operator with state. Keeps no state and passes every row
 * on.
 *
 * @throws MillraceError `MILLRACE_TIME_ORDER` where rows are no records any more, `MILLRACE_FIELD_COLLISION`.
 * @example
 * ```ts
 * import { schema, utf8, type Flow } from '@millrace/core';
 * import { required, withMetadata } from '@millrace/operators';
 *
 * const Line = schema({ text: utf8 });
 * const graph = (lines: Flow<typeof Line.fields>) => lines.pipe(withMetadata({ brokerTime: 'at' }), required('at'));
 * ```
 */
export function withMetadata<F extends Fields, const N extends MetadataNames>(
  names: N & FreshNames<F, N>,
): (flow: Flow<F>) => Flow<WithMetadata<F, N> extends infer X extends Fields ? X : never> {
  requireArguments('withMetadata', "withMetadata({ brokerTime: 'arrived' })", [
    ['names', names, optionsOf('key', 'headers', 'brokerTime')],
  ]);
  return onUserLine((flow) => {
    requireFlow('withMetadata', flow);
    const after = notOneToOne(flow.node);
    if (after !== undefined)
      throw millraceError('MILLRACE_TIME_ORDER', { operator: 'withMetadata', after: after.label });
    const added = Object.entries(names as MetadataNames) as [keyof MetadataFields, string][];
    requireFresh(
      'withMetadata',
      flow.schema.fields,
      added.map(([, name]) => name),
    );
    const made = Object.fromEntries(added.map(([kind, name]) => [name, types[kind]]));
    return project(
      flow,
      {
        operator: 'withMetadata',
        arguments: added.map(([kind, name]) => `${kind}: ${name}`).join(', '),
        schema: schema<Fields>({ ...flow.schema.fields, ...made }) as never,
        metadata: true,
        needs: (required) => [new Set([...required].filter((name) => !Object.hasOwn(made, name)))],
      },
      (batch) => ({
        ...batch.columns,
        ...Object.fromEntries(added.map(([kind, name]) => [name, metadataColumn(kind, batch)])),
      }),
    );
  });
}

/** The nearest operator behind which a row is no longer a record. */
function notOneToOne(node: PlanNode): PlanNode | undefined {
  if (node.role === 'source') return undefined;
  if (node.operator === 'flatten' || !node.sourceOrdered) return node;
  return node.inputs.map(notOneToOne).find((each) => each !== undefined);
}

function metadataColumn(kind: keyof MetadataFields, { origin, length }: Batch): Column {
  if (origin === undefined) throw millraceError('MILLRACE_INTERNAL', { problem: 'rows came without their records' });
  const { keys, headers, brokerTimes } = origin.records;
  switch (kind) {
    case 'key':
      return keys;
    case 'headers': {
      const rows = Array.from({ length }, (_, row) => (headers?.[row] ?? []).map(([name, value]) => ({ name, value })));
      return columnOf(types.headers, rows);
    }
    case 'brokerTime': {
      const validity = emptyBits(length);
      for (let row = 0; row < length; row++) if (brokerTimes[row] !== -1) setBit(validity, row);
      return { layout: 'float64', values: brokerTimes, validity };
    }
  }
}
