import { Subject } from 'rxjs';
import type { JsonValue, Mode } from '../connector/sink.js';
import { kindText } from '../error/arguments.js';
import { throwIssues, millraceError, type MillraceError } from '../error/millrace-error.js';
import { userLine } from '../error/user-line.js';
import type { Grouping, PlanNode, StateDeclaration } from '../plan/node.js';
import type { Reference } from '../plan/reference.js';
import type { ColumnType, Fields } from '../schema/column-type.js';
import type { Schema } from '../schema/schema.js';
import { Flow, isFlow } from './flow.js';
import type { OperatorContext, OperatorHooks } from './hooks.js';

/** What an operator declares of itself. What is left out is as in its (first) input. */
export interface Operator<O extends Fields, M extends Mode> {
  /** Its name, as the user calls it. */
  readonly operator: string;
  /** Its main arguments, for its label: `unique_id` gives `dedup(unique_id)`. */
  readonly arguments?: string;
  /** What drawings show beside the label. */
  readonly details?: { readonly [option: string]: JsonValue };
  readonly schema: Schema<O>;
  readonly mode?: M;
  /** The columns that name a row; of an upsert flow. */
  readonly key?: readonly string[];
  readonly timed?: boolean;
  /** False once rows leave the order of their source partition: every operator with keyed state. */
  readonly sourceOrdered?: boolean;
  readonly order?: readonly ColumnType[];
  readonly grouping?: Grouping | undefined;
  readonly state?: StateDeclaration;
  readonly timeName?: string;
  readonly metadata?: boolean;
  /** True of an operator that shows early rows of its own. One without state passes on those that it is given. */
  readonly early?: boolean;
  /** The input columns needed to give `required`, per input. Default: all columns of every input. */
  readonly needs?: (required: ReadonlySet<string>) => readonly ReadonlySet<string>[];
  readonly create: (context: OperatorContext) => OperatorHooks;
  /** Fails, before the first record, where what it asks outside of the run cannot be had or does not fit (law 7). */
  readonly ready?: () => Promise<void>;
  /** Loads its reference; only operators whose result is not a function of each row alone have one. */
  readonly reference?: () => Promise<Reference>;
}

/**
 * Makes the flow behind an operator: the one helper that owns the protocol. The operator gives what it is and, in
 * `create`, what it does; wiring, watermarks of several inputs, barriers, errors and counting are the runner's.
 */
export function operate<O extends Fields, M extends Mode>(
  inputs: Flow<Fields, Mode> | readonly Flow<Fields, Mode>[],
  operator: Operator<O, M>,
): Flow<O, M> {
  const nodes = (
    Array.isArray(inputs) ? (inputs as readonly Flow<Fields, Mode>[]) : [inputs as Flow<Fields, Mode>]
  ).map((flow) => flow.node);
  const [first] = nodes;
  if (first === undefined) throw millraceError('MILLRACE_INTERNAL', { problem: `${operator.operator} has no input` });
  const node: PlanNode = {
    role: 'operator',
    operator: operator.operator,
    label: operator.arguments === undefined ? operator.operator : `${operator.operator}(${operator.arguments})`,
    details: operator.details ?? {},
    inputs: nodes,
    schema: operator.schema,
    mode: operator.mode ?? first.mode,
    key: 'key' in operator ? operator.key : first.key,
    timed: operator.timed ?? nodes.every((input) => input.timed),
    sourceOrdered: operator.sourceOrdered ?? nodes.every((input) => input.sourceOrdered),
    order: operator.order ?? first.order,
    grouping: 'grouping' in operator ? operator.grouping : first.grouping,
    state: operator.state,
    timeName: operator.timeName,
    early: operator.early ?? (operator.state === undefined && nodes.some((input) => input.early)),
    metadata: operator.metadata ?? false,
    where: userLine(),
    needs: operator.needs ?? (() => nodes.map((input) => new Set(Object.keys(input.schema.fields)))),
    create: operator.create,
    ready: operator.ready,
    reference: operator.reference,
    tap: new Subject(),
  };
  return new Flow<O, M>(node);
}

/** Refuses, at the call, what is not a Flow: the first thing every operator does with its input. */
export function requireFlow(operator: string, flow: unknown): void {
  if (isFlow(flow)) return;
  throw millraceError('MILLRACE_NOT_A_FLOW', { operator, got: kindText(flow) });
}

/** Refuses an upsert flow, at the call, where `operator` would count replaced rows twice. */
export function requireAppend(operator: string, flow: Flow<Fields, Mode>): void {
  if (flow.mode === 'append') return;
  throw millraceError('MILLRACE_MODE_UNFIT', {
    operator,
    mode: 'upsert',
    problem: 'its rows replace earlier ones, which would be counted twice',
    fix: 'Put it before the aggregate, or give the aggregate a window.',
  });
}

/** A use of a field that an operator wants to have checked. */
export interface FieldUse {
  readonly field: string;
  /** How the operator uses it, as in "groups by". */
  readonly uses: string;
  /** Whether the type will do, and what would: `a timestamp`. */
  readonly needs?: { readonly text: string; readonly accepts: (type: ColumnType) => boolean };
}

/** Throws, with all issues at once, where a used field is missing or of a kind that will not do (law 7). */
export function requireFields(operator: string, schema: Schema, uses: readonly FieldUse[]): void {
  throwIssues(fieldIssues(operator, schema, uses));
}

/** The same, for an operator that throws them together with what else it finds wrong. */
export function fieldIssues(operator: string, schema: Schema, uses: readonly FieldUse[]): readonly MillraceError[] {
  const issues: MillraceError[] = [];
  const fields = Object.keys(schema.fields);
  for (const { field, uses: how, needs } of uses) {
    const type = Object.hasOwn(schema.fields, field) ? schema.fields[field] : undefined;
    if (type === undefined) {
      issues.push(millraceError('MILLRACE_FIELD_MISSING', { operator, uses: how, field, fields }));
    } else if (needs !== undefined && !needs.accepts(type)) {
      issues.push(
        millraceError('MILLRACE_FIELD_KIND', { operator, uses: how, field, kind: type.kind, needs: needs.text }),
      );
    }
  }
  return issues;
}
