import { Subject } from 'rxjs';
import type { Mode } from '../connector/sink.js';
import { millraceError } from '../error/millrace-error.js';
import { userLine } from '../error/user-line.js';
import { Flow } from '../flow/flow.js';
import { requireFlow } from '../flow/operate.js';
import type { PlanNode } from '../plan/node.js';
import type { Fields } from '../schema/column-type.js';
import { LateRecord, RejectedRecord, sideOrder, type SideFields } from './side-record.js';

/**
 * The records that an operator of `flow`, or one before it, put aside as late, as a flow of `LateRecord`.
 *
 * The flow has no event time. What comes through it is counted as late all the same.
 *
 * @example
 * ```ts
 * import { lateOf, schema, utf8, type Flow } from '@millrace/core';
 *
 * const Pin = schema({ unique_id: utf8 });
 * const graph = (pins: Flow<typeof Pin.fields>) => ({ pins, tooLate: lateOf(pins) });
 * ```
 */
export function lateOf(flow: Flow<Fields, Mode>): Flow<SideFields> {
  requireFlow('lateOf', flow);
  return new Flow<SideFields>(sideNode('late', [flow.node]));
}

/**
 * The records that an operator of `flow`, one before it or the decoder rejected, as a flow of `RejectedRecord`: what was
 * wrong, where, and the record's own bytes. The flow has no event time.
 */
export function rejectedOf(flow: Flow<Fields, Mode>): Flow<SideFields> {
  requireFlow('rejectedOf', flow);
  return new Flow<SideFields>(sideNode('rejected', [flow.node]));
}

/** The node behind the side records of everything above `inputs`. */
export function sideNode(role: 'late' | 'rejected', inputs: readonly PlanNode[]): PlanNode {
  return {
    role,
    operator: role,
    label: role,
    details: {},
    inputs,
    schema: role === 'late' ? LateRecord : RejectedRecord,
    mode: 'append',
    key: undefined,
    timed: false,
    sourceOrdered: false,
    order: sideOrder,
    grouping: undefined,
    state: undefined,
    timeName: undefined,
    early: false,
    metadata: true,
    where: userLine(),
    needs: () => inputs.map(() => new Set<string>()),
    create: () => {
      throw millraceError('MILLRACE_INTERNAL', { problem: 'a side output was made like an operator' });
    },
    ready: undefined,
    reference: undefined,
    tap: new Subject(),
  };
}
