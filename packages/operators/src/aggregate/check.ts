import { type Flow, millraceError, type Fields, type MillraceError, type Mode } from '@millrace/core';
import {
  durationMs,
  fieldIssues,
  type FieldUse,
  requireAppend,
  requireFlow,
  throwIssues,
  optionsOf,
  requireArguments,
} from '@millrace/core/operate';
import { isWindow, type Window } from '../window/assigner.js';
import type { Aggregation } from './aggregation.js';

/** The options of an aggregate, as they are once they were found to be such. */
export interface Settled {
  /** As errors name it. */
  readonly operator: string;
  readonly window: Window | undefined;
  readonly by: readonly string[];
  readonly compute: { readonly [name: string]: Aggregation };
  readonly name: string | undefined;
  /** As it was written, and in ms. */
  readonly early: { readonly text: string; readonly ms: number } | undefined;
}

/** The bounds of windows, as columns. */
export const boundNames: readonly string[] = ['windowStart', 'windowEnd'];

/** Refuses, at the call, what are no options of an aggregate: only plain JavaScript can give them. */
export function settleOptions(options: unknown): Settled {
  const refuse = (option: string, problem: string, fix: string): never => {
    throw millraceError('MILLRACE_OPTION_INVALID', { subject: 'aggregate', option, problem, fix });
  };
  if (!isObject(options))
    return refuse('its argument', 'is no object of options', 'Write aggregate({ compute: { … } }).');
  requireArguments('aggregate', 'aggregate({ compute: { … } })', [['options', options, optionsOf('window', 'by', 'compute', 'name', 'early')]]); // prettier-ignore
  const { window, by = [], compute, name, early } = options;
  if (window !== undefined && !isWindow(window)) {
    refuse('window', 'is no window', "Write window: tumbling('1m'), hopping(…) or session(…), or leave it out.");
  }
  const fields: unknown[] = Array.isArray(by) ? by : [by];
  if (!fields.every((field) => typeof field === 'string')) {
    refuse('by', 'is no field and no list of fields', "Write by: 'category' or by: ['category', 'country'].");
  }
  const fix = "Write compute: { records: agg.count(), total: agg.sum('amount') }.";
  if (!isObject(compute) || Object.keys(compute).length === 0) return refuse('compute', 'names no column', fix);
  for (const [column, aggregation] of Object.entries(compute)) {
    if (!isObject(aggregation) || !('create' in aggregation)) refuse(`compute.${column}`, 'is no aggregate', fix);
  }
  if (name !== undefined && typeof name !== 'string') refuse('name', 'is no text', "Write name: 'popularity'.");
  const earlyMs =
    early === undefined ? undefined : durationMs(early, { operator: 'aggregate', option: 'early', above: 0 });
  if (early !== undefined && window === undefined) {
    refuse('early', 'needs a window: without one every batch hands on the present values', 'Leave early out.');
  }
  if (early !== undefined && (window as Window).family !== 'slicing') {
    const problem = 'is not for sessions, whose bounds are not known before they are final';
    refuse('early', problem, "Leave early out, or take window: tumbling('1m') or hopping('1h', '5m').");
  }
  return {
    operator: typeof name === 'string' ? `aggregate "${name}"` : 'aggregate',
    window: window as Window | undefined,
    by: fields as string[],
    compute: compute as Settled['compute'],
    name: name as string | undefined,
    early: earlyMs === undefined ? undefined : { text: String(early), ms: earlyMs },
  };
}

/** Refuses, with all issues at once, a flow that these options do not fit. */
export function requireFit(settled: Settled, flow: Flow<Fields, Mode>): void {
  const { operator, window, by, compute } = settled;
  requireFlow(operator, flow);
  requireAppend(operator, flow);
  const uses: FieldUse[] = by.map((field) => ({ field, uses: 'groups by' }));
  for (const { name, field, needs } of Object.values(compute)) {
    if (field !== undefined)
      uses.push({ field, uses: `takes the ${name} of`, ...(needs === undefined ? {} : { needs }) });
  }
  const issues = [...fieldIssues(operator, flow.schema, uses), ...collisions(settled)];
  if (window !== undefined && !flow.node.timed) issues.push(millraceError('MILLRACE_TIME_MISSING', { operator }));
  throwIssues(issues);
}

function collisions({ operator, window, by, compute }: Settled): readonly MillraceError[] {
  const taken = new Map<string, string>();
  if (window !== undefined) for (const name of boundNames) taken.set(name, "a bound of the window's");
  const issues: MillraceError[] = [];
  const make = (field: string, as: string): void => {
    const other = taken.get(field);
    if (other !== undefined) issues.push(millraceError('MILLRACE_FIELD_COLLISION', { operator, field, with: other }));
    taken.set(field, as);
  };
  for (const field of by) make(field, 'a field that it groups by');
  for (const name of Object.keys(compute)) make(name, 'a computed column');
  return issues;
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null;
}
