import { map, mergeMap, filter, from, type Observable } from 'rxjs';
import { rowsOf } from '../batch/rows.js';
import type { Mode } from '../connector/sink.js';
import type { Fields, Row } from '../schema/column-type.js';
import type { Flow } from './flow.js';
import { requireFlow } from './operate.js';
import type { Signal } from './signal.js';

/**
 * The rows of a flow as a plain Observable, for a look from outside: a tap, live while a job that holds the flow runs,
 * outside its checkpoints. After a crash rows may come again; sinks are what gets them once.
 *
 * @example
 * ```ts
 * import { rows, schema, utf8, type Flow } from '@millrace/core';
 *
 * const Pin = schema({ id: utf8 });
 * const graph = (pins: Flow<typeof Pin.fields>) => {
 *   rows(pins).subscribe((pin) => console.log(pin.id));
 *   return { pins };
 * };
 * ```
 */
export function rows<F extends Fields, M extends Mode>(flow: Flow<F, M>): Observable<Row<F>> {
  requireFlow('rows', flow);
  const signals: Observable<Signal<F>> = flow;
  return signals.pipe(
    filter((signal) => signal.kind === 'batch'),
    map(({ batch }) => rowsOf(flow.schema.fields, batch)),
    mergeMap((batch) => from(batch)),
  );
}
