import { millraceError, type ColumnType, type Fields, type Flow, type MillraceError, type Named } from '@millrace/core';
import {
  onUserLine,
  durationMs,
  errorEntries,
  fieldIssues,
  operate,
  partitionClock,
  placeOf,
  requireAppend,
  requireFlow,
  rowCount,
  select,
  throwIssues,
  type Batch,
  type FieldUse,
  type Float64Column,
  type OperatorContext,
  type OperatorHooks,
  type PlanNode,
  type RejectedRow,
  need,
  optionsOf,
  requireArguments,
} from '@millrace/core/operate';
import { judge, onTimeCount, type Refusal } from './lateness.js';
import type { EventTimeSettings } from './event-time.reference.js';

/** What `eventTime` may be told. */
export interface EventTimeOptions {
  /** How far a record may lie behind the newest before it in its partition: `'5s'`. One further behind is late. */
  readonly maxOutOfOrderness: string;
  /**
   * How far it may lie ahead of its broker timestamp: one further ahead is rejected. Without it nothing is too far ahead,
   * and one record with a bad date, microseconds taken for milliseconds, say, makes all behind it late: give it where
   * dates come from outside.
   */
  readonly maxAhead?: string;
  /** What becomes of a record without a time, or from the future: put aside (the default), or the end of the run. */
  readonly onError?: 'reject' | 'fail';
  /** Its name in checkpoints and in the time log. Default: `eventTime(<field>)`. */
  readonly name?: string;
}

/**
 * Takes the event time of each record from the timestamp field `field`, and decides what is late: the only place
 * where that is decided.
 *
 * A record is late if its time is more than `maxOutOfOrderness` below the largest time of the records before it in its
 * own source partition. Late records leave here, for `lateOf` and the sink `late`. A record whose time is null, or more
 * than `maxAhead` ahead of its broker timestamp, is rejected and moves no watermark; −1 as a broker timestamp is none.
 * It must stand where records are in the order of their source: before any dedup, aggregate or join. Batches go on
 * unsorted. Keeps two numbers per source partition.
 *
 * @throws MillraceError `MILLRACE_FIELD_MISSING`, `MILLRACE_FIELD_KIND`, `MILLRACE_TIME_ORDER`,
 * `MILLRACE_OPTION_INVALID` when the graph is built; with `onError: 'fail'`, `MILLRACE_TIME_NULL` or
 * `MILLRACE_TIME_AHEAD` from the run.
 * @example
 * ```ts
 * import { schema, timestamp, utf8, type Flow } from '@millrace/core';
 * import { eventTime } from '@millrace/operators';
 *
 * const Pin = schema({ id: utf8, at: timestamp });
 * const graph = (pins: Flow<typeof Pin.fields>) => ({ pins: pins.pipe(eventTime('at', { maxOutOfOrderness: '5s' })) });
 * ```
 */
export function eventTime<F extends Fields>(
  field: Named<F, ColumnType<Date, 'timestamp'>>,
  options: EventTimeOptions,
): (flow: Flow<F>) => Flow<F> {
  requireArguments('eventTime', "eventTime('at', { maxOutOfOrderness: '5s' })", [
    ['field', field, need.text],
    ['options', options, optionsOf('maxOutOfOrderness', 'maxAhead', 'onError', 'name')],
  ]);
  const operator = `eventTime(${field})`;
  const settings = settingsOf(operator, field, options);
  return onUserLine((flow) => {
    requireFlow('eventTime', flow);
    requireAppend(operator, flow);
    throwIssues([...fieldIssues(operator, flow.schema, [timestampUse(field)]), ...orderIssues(settings, flow.node)]);
    const { maxOutOfOrderness, maxAhead } = options;
    const timed: Flow<F> = operate<F, 'append'>(flow, {
      operator: 'eventTime',
      arguments: field,
      details: { maxOutOfOrderness, ...(maxAhead === undefined ? {} : { maxAhead }) },
      schema: flow.schema,
      timed: true,
      timeName: settings.name,
      metadata: settings.maxAheadMs !== undefined,
      state: { name: options.name, format: `time of ${field}` },
      needs: (required) => [new Set([...required, field])],
      create: (context) => eventTimeHooks(context, settings, () => timed.node.where),
      reference: async () => (await import('./event-time.reference.js')).eventTimeReference(settings),
    });
    return timed;
  });
}

function settingsOf(operator: string, field: string, options: EventTimeOptions): EventTimeSettings {
  const given: Partial<EventTimeOptions> = options ?? {};
  const { maxAhead, onError = 'reject', name = operator } = given;
  if (onError !== 'reject' && onError !== 'fail') {
    throw millraceError('MILLRACE_OPTION_INVALID', {
      subject: operator,
      option: 'onError',
      problem: `is ${String(onError)}`,
      fix: "Write onError: 'reject' or onError: 'fail'.",
    });
  }
  return {
    field,
    boundMs: durationMs(given.maxOutOfOrderness, { operator, option: 'maxOutOfOrderness' }),
    maxAheadMs: maxAhead === undefined ? undefined : durationMs(maxAhead, { operator, option: 'maxAhead' }),
    maxAhead: maxAhead ?? '',
    onError,
    name,
    operator,
  };
}

function timestampUse(field: string): FieldUse {
  const needs: FieldUse['needs'] = { text: 'a timestamp', accepts: ({ kind }) => kind === 'timestamp' };
  return { field, uses: 'takes the time from', needs };
}

function orderIssues({ operator, maxAheadMs }: EventTimeSettings, node: PlanNode): readonly MillraceError[] {
  const path: PlanNode[] = [];
  for (let at: PlanNode | undefined = node; at !== undefined; at = at.inputs[0]) path.push(at);
  // Not the exchange before it, which nobody has written.
  const unordered = path.findLast(({ role, sourceOrdered }) => role === 'operator' && !sourceOrdered);
  if (unordered !== undefined) return [millraceError('MILLRACE_TIME_ORDER', { operator, after: unordered.label })];
  // A row of a flattened list has no record of its own any more, and with it no broker time.
  const flattened = path.findLast(
    ({ order, inputs: [input] }) => input !== undefined && order.length > input.order.length,
  );
  if (maxAheadMs === undefined || flattened === undefined) return [];
  return [millraceError('MILLRACE_TIME_ORDER', { operator: `${operator} with maxAhead`, after: flattened.label })];
}

function eventTimeHooks(
  context: OperatorContext,
  settings: EventTimeSettings,
  where: () => string | undefined,
): OperatorHooks {
  const { field, boundMs, maxAheadMs } = settings;
  const clock = partitionClock(boundMs, (time) => context.watermark(time));

  function pass(batch: Batch, count: number): void {
    context.ledger.taken += count;
    context.emit(batch);
    clock.emitMinimum();
  }

  function refuse(batch: Batch, refusals: readonly Refusal[]): void {
    const rejected = refusals.map(({ row, ahead }): RejectedRow => {
      const { partition, offset } = placeOf(batch, row);
      const code = ahead ? 'MILLRACE_TIME_AHEAD' : 'MILLRACE_TIME_NULL';
      const data = { operator: settings.operator, field, maxAhead: settings.maxAhead, partition, offset };
      if (settings.onError === 'fail') throw millraceError(code, data, { where: where() });
      return { row, code, field, sentence: errorEntries[code].sentence(data) };
    });
    context.reject(batch, rejected);
  }

  return {
    clock,
    // What is before decides nothing: this is where watermarks begin.
    watermark() {},
    batch(batch) {
      const count = rowCount(batch);
      if (count === 0) return;
      const { source, partition } = placeOf(batch, batch.selection?.[0] ?? 0);
      const time = clock.timeOf(source, partition);
      const { values, validity } = batch.columns[field] as Float64Column;
      const timed = { ...batch, time: values };
      const plain = validity === undefined && maxAheadMs === undefined;
      const passed = plain ? onTimeCount(values, batch.selection, count, time, boundMs) : 0;
      if (passed === count) return pass(timed, count);

      const brokerTimes = maxAheadMs === undefined ? undefined : batch.origin?.records.brokerTimes;
      const guard = brokerTimes === undefined ? undefined : { brokerTimes, maxAheadMs: maxAheadMs! };
      const { kept, late, refused } = judge(values, validity, batch.selection, passed, count, time, boundMs, guard);
      if (refused.length > 0) refuse(batch, refused);
      context.late(batch, late);
      pass(select(timed, kept), kept.length);
    },
    snapshot: () => ({ partitions: clock.snapshot() }),
    restore({ partitions }) {
      if (partitions !== undefined) clock.restore(partitions);
    },
  };
}
