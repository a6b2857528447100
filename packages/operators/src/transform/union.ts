import {
  type ColumnType,
  type Fields,
  type Flow,
  int32,
  type MillraceError,
  millraceError,
  type Mode,
  nullable,
  typeText,
} from '@millrace/core';
import {
  onUserLine,
  type Batch,
  type Column,
  columnOf,
  constantPartition,
  type Grouping,
  operate,
  type PlanNode,
  requireFlow,
  rowCount,
  throwIssues,
} from '@millrace/core/operate';
import { requireAppendRows } from './rows.js';

/** Flows of just the fields `F`, neither fewer nor more. */
type SameFields<F extends Fields, O extends readonly Flow<Fields>[]> = {
  readonly [I in keyof O]: O[I] extends Flow<infer G> ? ([keyof G] extends [keyof F] ? O[I] : never) : never;
};

/**
 * All rows of the flow and of the others, which have the same fields; either all have event time or none.
 *
 * The order begins with the number of the input. The watermark is the lowest of the inputs'. The rows stay in the order
 * of their source, so that `eventTime` may follow, while no source comes in twice. Keeps no state. Takes append flows
 * only: of two rows of one key nothing says which is the newer.
 *
 * @throws MillraceError `MILLRACE_UNION_UNFIT` where fields differ, `MILLRACE_TIME_MISSING`, `MILLRACE_MODE_UNFIT`.
 * @example
 * ```ts
 * import { schema, utf8, type Flow } from '@millrace/core';
 * import { union } from '@millrace/operators';
 *
 * const Change = schema({ id: utf8, title: utf8 });
 * type Changes = Flow<typeof Change.fields>;
 * const graph = ({ eqiad, codfw }: { eqiad: Changes; codfw: Changes }) => eqiad.pipe(union(codfw));
 * ```
 */
export function union<F extends Fields, const O extends readonly [Flow<F>, ...Flow<F>[]]>(
  ...others: O & SameFields<F, O>
): (flow: Flow<F>) => Flow<F> {
  return onUserLine((flow) => {
    const flows: readonly Flow<Fields, Mode>[] = [flow, ...(others as readonly Flow<Fields>[])];
    for (const each of flows) {
      requireFlow('union', each);
      requireAppendRows('union', each);
    }
    requireSameFields(flows);
    const nodes = flows.map(({ node }) => node);
    if (nodes.some(({ timed }) => timed !== flow.node.timed)) {
      throw millraceError('MILLRACE_TIME_MISSING', { operator: 'union', lacking: 'only some of its inputs have it' });
    }
    const order = unionOrder(nodes);
    return operate<F, 'append'>(flows, {
      operator: 'union',
      schema: flow.schema,
      order: order.types,
      sourceOrdered: nodes.every(({ sourceOrdered }) => sourceOrdered) && sourcesDiffer(nodes),
      grouping: commonGrouping(nodes),
      needs: (required) => nodes.map(() => required),
      create: (context) => ({
        batch(batch, input) {
          context.ledger.taken += rowCount(batch);
          context.emit({ ...batch, order: order.columns(batch, input) });
        },
      }),
    });
  });
}

interface UnionOrder {
  readonly types: readonly ColumnType[];
  readonly columns: (batch: Batch, input: number) => readonly Column[];
}

// Inputs that are ordered alike share their columns behind the number of the input. Others have columns of their own,
// which are null in the rows of all other inputs.
function unionOrder(nodes: readonly PlanNode[]): UnionOrder {
  const orders = nodes.map(({ order }) => order);
  const [first = []] = orders;
  const inputColumn = (batch: Batch, input: number): Column => ({
    layout: 'int32',
    values: constantPartition(input, batch.length),
    validity: undefined,
  });
  if (orders.every((order) => sameTypes(order, first))) {
    return { types: [int32, ...first], columns: (batch, input) => [inputColumn(batch, input), ...batch.order] };
  }
  return {
    types: [int32, ...orders.flat().map((type) => nullable(type))],
    columns: (batch, input) => [
      inputColumn(batch, input),
      ...orders.flatMap((order, i) =>
        i === input
          ? batch.order
          : order.map((type) => columnOf(nullable(type), new Array<null>(batch.length).fill(null))),
      ),
    ],
  };
}

function sameTypes(a: readonly ColumnType[], b: readonly ColumnType[]): boolean {
  return a.length === b.length && a.every((type, i) => typeText(type) === typeText(b[i]!));
}

function sourcesDiffer(nodes: readonly PlanNode[]): boolean {
  const sources = nodes.flatMap((node) => [...sourcesOf(node)]);
  return new Set(sources).size === sources.length;
}

function sourcesOf(node: PlanNode): ReadonlySet<PlanNode> {
  if (node.inputs.length === 0) return new Set([node]);
  return new Set(node.inputs.flatMap((input) => [...sourcesOf(input)]));
}

// Sources that are keyed by the same field need not put a key into the same partition; exchanges do.
function commonGrouping(nodes: readonly PlanNode[]): Grouping | undefined {
  const [first] = nodes;
  const grouping = first?.grouping;
  const same = nodes.every(
    (node) => node.grouping?.by === 'exchange' && node.grouping.fields.join() === grouping?.fields.join(),
  );
  return same ? grouping : undefined;
}

function requireSameFields(flows: readonly Flow<Fields, Mode>[]): void {
  const first = flows[0]!.schema.fields;
  const issues: MillraceError[] = [];
  flows.slice(1).forEach(({ schema: { fields } }, i) => {
    const differences: string[] = [];
    for (const [name, type] of Object.entries(first)) {
      const other = fields[name];
      if (other === undefined) differences.push(`it lacks "${name}"`);
      else if (typeText(other) !== typeText(type)) {
        differences.push(`"${name}" is ${typeText(other)} where the first has ${typeText(type)}`);
      }
    }
    for (const name of Object.keys(fields)) if (!Object.hasOwn(first, name)) differences.push(`only it has "${name}"`);
    if (differences.length > 0) issues.push(millraceError('MILLRACE_UNION_UNFIT', { input: i + 2, differences }));
  });
  throwIssues(issues);
}
