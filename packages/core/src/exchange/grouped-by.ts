import { Subject } from 'rxjs';
import type { Mode } from '../connector/sink.js';
import { millraceError } from '../error/millrace-error.js';
import { Flow } from '../flow/flow.js';
import type { Grouping, PlanNode } from '../plan/node.js';
import type { Fields } from '../schema/column-type.js';

/**
 * The same flow, regrouped so that rows with equal `fields` meet in one task. Adds an exchange to the plan unless the
 * flow is grouped so already; every keyed operator calls it on its input. Without fields all rows meet.
 *
 * Behind an exchange rows are no longer in the order of their source.
 */
export function groupedBy<F extends Fields, M extends Mode>(flow: Flow<F, M>, fields: readonly string[]): Flow<F, M> {
  if (isGroupedBy(flow.node.grouping, fields)) return flow;
  const input = flow.node;
  const node: PlanNode = {
    ...input,
    role: 'exchange',
    operator: 'exchange',
    label: `exchange(${fields.join(', ')})`,
    details: {},
    inputs: [input],
    sourceOrdered: false,
    grouping: { by: 'exchange', fields },
    state: undefined,
    timeName: undefined,
    early: false,
    metadata: false,
    needs: (required) => [new Set([...required, ...fields])],
    create: () => {
      throw millraceError('MILLRACE_INTERNAL', { problem: 'an exchange was made like an operator' });
    },
    ready: undefined,
    reference: undefined,
    tap: new Subject(),
  };
  return new Flow<F, M>(node);
}

/** Whether equal values of `fields` are sure to be in one group. */
export function isGroupedBy(grouping: Grouping | undefined, fields: readonly string[]): boolean {
  if (grouping === undefined) return false;
  if (grouping.fields.length === 0) return grouping.by === 'exchange';
  return grouping.fields.every((field) => fields.includes(field));
}
