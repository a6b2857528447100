import { type EarlyAppend, type Fields, fieldsText, type Flow, schema, type Simplify, timestamp } from '@millrace/core';
import { onUserLine, groupedBy, operate, type OperatorContext, type OperatorHooks } from '@millrace/core/operate';
import type { SlicingWindows, Window } from '../window/assigner.js';
import type { Agg, Result, ResultOf } from './agg-type.js';
import { type AggregatePlan, createAccumulators } from './aggregate-plan.js';
import type { Aggregation } from './aggregation.js';
import { boundNames, requireFit, settleOptions, type Settled } from './check.js';
import { merged } from './merged.js';
import { running } from './running.js';
import { sliced } from './sliced.js';

// Why finals stay in order. At watermark W the windows with end ≤ W are handed on, then W is. A window's row has the time
// end − 1, which is below W. Times are whole milliseconds, so a window that is handed on later has end ≥ W + 1 and its
// row a time ≥ W: nothing below W is still to come, and W can be forwarded as it is. That holds for sessions too. An
// open session's end is above W and only grows; and a session that ends at or below W is final, because a record that
// joined it would have a time below its end, and so below W. So a window of 1 m nests in one of 1 h that ends with it:
// its row, at end − 1, comes before W = end does. Without a window the time of a row is the greatest of its group's
// rows, of which the newest is at or above W.

/** Names that windows give to their bounds. */
type Bounds<W> = [W] extends [Window] ? 'windowStart' | 'windowEnd' : never;

// What a computed column must be: no name that is taken, and an aggregate whose needs the flow meets.
type Computes<F extends Fields, Taken, C> = {
  [N in keyof C]: N extends Taken ? never : C[N] extends Agg<F, Result> ? C[N] : Agg<F, Result>;
};

/** The columns of `aggregate`: the window, the key, and what was computed. */
export type Aggregated<F extends Fields, B extends keyof F, C, W> = Simplify<
  { [N in Bounds<W>]: typeof timestamp } & Pick<F, B> & { -readonly [N in keyof C]: ResultOf<F, C[N]> }
>;

/** What `aggregate` takes. */
export interface AggregateOptions<
  F extends Fields,
  C,
  B extends keyof F & string,
  W extends Window | undefined,
  E extends string | undefined = undefined,
> {
  /** `tumbling`, `hopping` or `session`; without one the aggregate is over all time. */
  readonly window?: W;
  /** The fields that make a group; without any, all rows are one group. */
  readonly by?: (B | readonly B[]) & (B extends Bounds<W> ? never : unknown);
  /** The computed columns, by name. */
  readonly compute: C & Computes<F, Bounds<W> | B, C>;
  /**
   * How often, by the clock of the run, a view shows the present values of open windows, before they are final: `'1s'`.
   * Only of `tumbling` and `hopping` windows, and only into views that take early rows.
   */
  readonly early?: E & ([W] extends [SlicingWindows] ? unknown : never);
  /** The name of its state; by default it is named after its output and fields. */
  readonly name?: string;
}

/**
 * Computes counts, sums, extremes and more per window and group, or without a window per group over all time.
 *
 * With a window it needs event time and gives an append flow of `windowStart`, `windowEnd`, the fields `by` and the
 * computed columns: one row per window and group that has records, once the watermark has reached the window's end,
 * sorted by (time, order). A row's event time is windowEnd − 1 ms, and its order the fields `by`. Without a window it
 * gives an upsert flow: after each batch the rows of the groups that it has changed. A view takes those only where they
 * have event time.
 *
 * No record is late here: `eventTime` decides that. Null in a field `by` is a group of its own; what an aggregate makes
 * of nulls stands with it. The result does not depend on the order in which records come. State: one row per open window
 * and group (of `hopping`, per slice and group); without a window one row per group, for ever.
 *
 * With `early: '1s'` the rows of open windows that have changed are shown every second of the run's clock as they would be
 * if nothing more came: to views that take such rows (`memory().view`), marked, and to nothing else. They pass operators
 * without state (`where`, `select`, `mapRows`) and end before others; they are in no count, digest or checkpoint, a
 * replay has none, and final rows are the same with them as without. A row that a `where` has let through and later
 * leaves out stays as it was until its window is final.
 *
 * @throws MillraceError `MILLRACE_FIELD_MISSING`, `MILLRACE_FIELD_KIND`, `MILLRACE_FIELD_COLLISION` and
 * `MILLRACE_TIME_MISSING`, all that apply at once, when the graph is built; `MILLRACE_MODE_UNFIT` for an upsert flow.
 * @example
 * ```ts
 * import { schema, timestamp, utf8, float64 } from '@millrace/core';
 * import { aggregate, agg, eventTime, tumbling } from '@millrace/operators';
 * import { runFlow } from '@millrace/core/testing';
 *
 * const Sale = schema({ at: timestamp, shop: utf8, amount: float64 });
 * const { outputs } = runFlow(
 *   Sale,
 *   (sales) =>
 *     sales.pipe(
 *       eventTime('at', { maxOutOfOrderness: '5s' }),
 *       aggregate({ window: tumbling('1m'), by: 'shop', compute: { sales: agg.count(), total: agg.sum('amount') } }),
 *     ),
 *   [{ rows: [{ at: new Date(1000), shop: 'a', amount: 2.5 }, { at: new Date(2000), shop: 'a', amount: 4 }] }, { end: true }],
 * );
 * console.log(outputs['out']?.length, outputs['out']?.[0]?.['total']); // 1 6.5
 * ```
 */
export function aggregate<
  F extends Fields,
  const C extends { readonly [name: string]: Agg<never, Result> },
  B extends keyof F & string = never,
  W extends Window | undefined = undefined,
  const E extends string | undefined = undefined,
>(
  options: AggregateOptions<F, C, B, W, E>,
): (flow: Flow<F>) => Flow<Aggregated<F, B, C, W> extends infer X extends Fields ? X : never, ModeOf<W, E>> {
  const settled = settleOptions(options);
  return onUserLine((flow) => aggregated(settled, flow) as never);
}

/** An aggregate over windows appends, with early rows or without; one over all time replaces. */
export type ModeOf<W, E = undefined> = [W] extends [Window]
  ? [E] extends [undefined]
    ? 'append'
    : EarlyAppend
  : 'upsert';

function aggregated(settled: Settled, flow: Flow<Fields>): Flow<Fields, 'append' | 'upsert'> {
  requireFit(settled, flow);
  const { operator, window, by, compute, name, early } = settled;
  const input = groupedBy(flow, by);
  const { schema: inputSchema, node } = input;
  const keys = Object.fromEntries(by.map((field) => [field, inputSchema.fields[field]!]));
  const computes = Object.entries(compute).map(([column, aggregation]) => {
    const type = aggregation.field === undefined ? undefined : inputSchema.fields[aggregation.field];
    return { name: column, aggregation, type };
  });
  const plan: AggregatePlan = {
    operator,
    where: () => output.node.where,
    input: inputSchema,
    timed: node.timed,
    order: node.order,
    by: keys,
    computes,
    earlyMs: early?.ms,
  };
  const used = new Set([...by, ...computes.flatMap(({ aggregation: { field } }) => field ?? [])]);
  const calls = Object.fromEntries(Object.entries(compute).map(([column, each]) => [column, callText(each)]));
  const windowText = window === undefined ? 'all time' : window.text;
  const output: Flow<Fields, 'append' | 'upsert'> = operate(input, {
    operator: 'aggregate',
    ...(by.length === 0 ? {} : { arguments: by.join(', ') }),
    details: { window: windowText, by, compute: calls, ...(early === undefined ? {} : { early: early.text }) },
    schema: schema({
      ...(window === undefined ? {} : Object.fromEntries(boundNames.map((bound) => [bound, timestamp]))),
      ...keys,
      ...Object.fromEntries(computes.map((each) => [each.name, each.aggregation.resultType(each.type)])),
    }),
    mode: window === undefined ? 'upsert' : 'append',
    ...(window === undefined ? { key: by } : {}),
    sourceOrdered: false,
    early: early !== undefined,
    order: Object.values(keys),
    state: { name, format: formatText(plan, windowText) },
    needs: () => [used],
    create: (context) => hooksOf(plan, window, context),
    reference: async () => (await import('./aggregate.reference.js')).aggregateReference(plan, window),
  });
  return output;
}

function hooksOf(plan: AggregatePlan, window: Window | undefined, context: OperatorContext): OperatorHooks {
  if (window === undefined) return running(plan, context);
  return window.family === 'slicing' ? sliced(plan, window, context) : merged(plan, window, context);
}

// The types of what is kept belong to it, since state of another type could not be read.
function formatText(plan: AggregatePlan, window: string): string {
  const kept = createAccumulators(plan).map(({ parts }, i) => {
    const { name, aggregation } = plan.computes[i]!;
    return `${name}: ${callText(aggregation)} as ${fieldsText(parts)}`;
  });
  return `aggregate 1; window: ${window}; by: ${fieldsText(plan.by)}; ${kept.join('; ')}`;
}

function callText({ name, field = '' }: Aggregation): string {
  return `${name}(${field})`;
}
