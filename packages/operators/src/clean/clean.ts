import {
  listText,
  type ColumnType,
  type Fields,
  type Flow,
  type Kind,
  type MillraceError,
  millraceError,
  schema,
  type Simplify,
} from '@millrace/core';
import {
  onUserLine,
  type Batch,
  errorEntries,
  type OperatorContext,
  type OperatorHooks,
  operate,
  type RejectedRow,
  requireFields,
  requireFlow,
  selectedRows,
  throwIssues,
  need,
  requireArguments,
} from '@millrace/core/operate';
import { requireAppendRows, without } from '../transform/rows.js';
import type { ColumnCleaner } from './cleaned-column.js';
import { columnCleaner } from './column-cleaner.js';
import type { Nulls, Rule } from './rule.js';
import { defaultProblem, mayRefuse, outputType, type Step } from './step.js';

/** A rule that takes columns of kind `In`. */
type RuleOf<In extends Kind> = Rule<In, unknown, Kind, Nulls>;
type RuleFor<C> = C extends ColumnType<unknown, infer K> ? RuleOf<K> : never;

type Applied<C, R> =
  R extends Rule<never, infer T, infer K, infer N>
    ? ColumnType<
        T,
        K,
        N extends 'filled' ? false : N extends true ? true : C extends ColumnType<unknown, Kind, true> ? true : false
      >
    : C;

/** The fields behind `clean`: each as its rule makes it. */
export type Cleaned<F extends Fields, R> = Simplify<{ [K in keyof F]: K extends keyof R ? Applied<F[K], R[K]> : F[K] }>;

/**
 * Cleans columns in place, each by a chain of rules. A value that a rule refuses rejects the record, with the field and
 * the reason; the first such field counts. Null passes by the rules; a column is nullable afterwards where it was, or
 * where `nullIf` or `orNull` may give null.
 *
 * Keeps no state and the order of rows. A rule on a text column runs once per distinct value where the column is a
 * dictionary. A rule on the field that the source is keyed by ends that grouping. Takes append flows only: a rejected
 * row of an upsert flow would leave the row that it replaces.
 *
 * @throws MillraceError `MILLRACE_FIELD_MISSING`, `MILLRACE_FIELD_KIND` when the graph is built.
 * @example
 * ```ts
 * import { schema, utf8, type Flow } from '@millrace/core';
 * import { clean, text } from '@millrace/operators';
 *
 * const RawPin = schema({ unique_id: utf8, follower_count: utf8, timestamp: utf8 });
 * const graph = (raw: Flow<typeof RawPin.fields>) =>
 *   raw.pipe(
 *     clean({
 *       follower_count: text().nullIf('User Info Error').abbreviatedNumber(),
 *       timestamp: text().timestamp({ zone: 'UTC' }),
 *     }),
 *   );
 * ```
 */
export function clean<F extends Fields, const R extends { readonly [K in keyof F]?: RuleFor<F[K]> }>(
  rules: R & { readonly [K in keyof R]: K extends keyof F ? R[K] : never },
): (flow: Flow<F>) => Flow<Cleaned<F, R> extends infer X extends Fields ? X : never> {
  requireArguments('clean', 'clean({ category: text().trim() })', [['rules', rules, need.options]]);
  const chains = Object.entries(rules as { readonly [field: string]: RuleOf<never> }).map(([field, rule]) => {
    if (!isRule(rule)) throw notARule(field);
    return { field, ...rule.chain };
  });
  return onUserLine((flow) => {
    requireFlow('clean', flow);
    requireAppendRows('clean', flow);
    requireFields(
      'clean',
      flow.schema,
      chains.map(({ field, takes }) => ({
        field,
        uses: 'has a rule for',
        needs: { text: takes.join(' or '), accepts: ({ kind }: ColumnType) => takes.includes(kind) },
      })),
    );
    const fields: Fields = flow.schema.fields;
    const plans = chains.map(({ field, steps }) => ({
      field,
      steps,
      input: fields[field]!,
      output: outputType(steps, fields[field]!),
    }));
    throwIssues(plans.flatMap(({ field, steps, input }) => defaultIssues(field, defaultProblem(steps, input))));
    const made = schema({ ...fields, ...Object.fromEntries(plans.map(({ field, output }) => [field, output])) });
    const always = plans.filter(({ steps }) => mayRefuse(steps)).map(({ field }) => field);
    const { grouping } = flow.node;
    return operate(flow, {
      operator: 'clean',
      arguments: listText(
        chains.map(({ field }) => field),
        3,
      ),
      schema: made as never,
      grouping: plans.some(({ field }) => grouping?.fields.includes(field)) ? undefined : grouping,
      needs: (required) => [new Set([...required, ...always])],
      create: (context) => cleanHooks(context, plans),
    });
  });
}

interface FieldPlan {
  readonly field: string;
  readonly steps: readonly Step[];
  readonly input: ColumnType;
  readonly output: ColumnType;
}

function cleanHooks(context: OperatorContext, plans: readonly FieldPlan[]): OperatorHooks {
  const cleaners = plans.map(({ field, steps, input, output }) => ({
    field,
    // A chain that refuses nothing has no effect but its column.
    clean: context.needed.has(field) || mayRefuse(steps) ? columnCleaner(steps, input, output) : undefined,
  }));
  return { batch: (batch) => cleanBatch(context, cleaners, batch) };
}

function cleanBatch(
  context: OperatorContext,
  cleaners: readonly { readonly field: string; readonly clean: ColumnCleaner | undefined }[],
  batch: Batch,
): void {
  const columns = new Map(Object.entries(batch.columns));
  const rejected: RejectedRow[] = [];
  let rows = selectedRows(batch);
  for (const { field, clean } of cleaners) {
    if (clean === undefined) {
      columns.delete(field);
      continue;
    }
    const { column, refused } = clean(columns.get(field)!, rows, batch.length);
    columns.set(field, column);
    if (refused.length === 0) continue;
    for (const { row, reason } of refused) rejected.push(ruleFailed(row, field, reason));
    rows = without(rows, refused);
  }
  context.reject(
    batch,
    rejected.sort((a, b) => a.row - b.row),
  );
  context.ledger.taken += rows.length;
  context.emit({
    ...batch,
    columns: Object.fromEntries(columns),
    selection: rejected.length === 0 ? batch.selection : rows,
  });
}

/** What is said of a record that a rule for `field` refused. */
export function ruleFailed(row: number, field: string, reason: symbol): RejectedRow {
  const sentence = errorEntries.MILLRACE_RULE_FAILED.sentence({ field, reason: reason.description ?? '' });
  return { row, code: 'MILLRACE_RULE_FAILED', field, sentence };
}

function isRule(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'chain' in value;
}

function defaultIssues(field: string, problem: string | undefined): MillraceError[] {
  if (problem === undefined) return [];
  const fix = 'Give a default of the type that the rules before it make.';
  return [
    millraceError('MILLRACE_OPTION_INVALID', { subject: `clean({ ${field} })`, option: 'the default', problem, fix }),
  ];
}

function notARule(field: string): Error {
  return millraceError('MILLRACE_OPTION_INVALID', {
    subject: 'clean({…})',
    option: field,
    problem: 'is no rule',
    fix: `Write ${field}: text()… or number()….`,
  });
}
