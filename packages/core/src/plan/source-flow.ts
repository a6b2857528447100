import { Subject } from 'rxjs';
import { millraceError } from '../error/millrace-error.js';
import { Flow } from '../flow/flow.js';
import { float64, int32, utf8, type Fields } from '../schema/column-type.js';
import type { Schema } from '../schema/schema.js';

/** The flow that a graph is given for an input called `name`, grouped by `keyedBy` where the source is. */
export function sourceFlow<F extends Fields>(name: string, schema: Schema<F>, keyedBy: string | undefined): Flow<F> {
  return new Flow<F>({
    role: 'source',
    operator: 'source',
    label: name,
    details: {},
    inputs: [],
    schema: schema,
    mode: 'append',
    key: undefined,
    timed: false,
    sourceOrdered: true,
    order: [utf8, int32, float64],
    grouping: keyedBy === undefined ? undefined : { by: 'source', fields: [keyedBy] },
    state: undefined,
    timeName: undefined,
    early: false,
    metadata: false,
    where: undefined,
    needs: () => [],
    create: () => {
      throw millraceError('MILLRACE_INTERNAL', { problem: 'a source was made like an operator' });
    },
    ready: undefined,
    reference: undefined,
    tap: new Subject(),
  });
}
