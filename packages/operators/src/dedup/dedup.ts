import { millraceError, typeText, type Fields, type Flow, type MillraceError, type Schema } from '@millrace/core';
import {
  onUserLine,
  durationMs,
  encodeKeys,
  fieldIssues,
  groupedBy,
  heldRows,
  isGroupedBy,
  operate,
  requireAppend,
  requireFlow,
  rowCount,
  select,
  selectedRows,
  throwIssues,
  type Batch,
  type OperatorContext,
  type OperatorHooks,
  type PlanNode,
  type ReleasedPart,
  need,
  optional,
  optionsOf,
  requireArguments,
  type Need,
} from '@millrace/core/operate';
import { KeptKeys } from './kept-keys.js';
import { joined, splitByNull } from './null-keys.js';
import type { DedupSettings } from './dedup.reference.js';

/** What `dedup` may be told. */
export interface DedupOptions<K extends string> {
  /** The field, or the fields, whose values make two records the same. */
  readonly by: K | readonly K[];
  /** How long after a kept record those of the same key are duplicates: `'1h'`, of event time. */
  readonly within: string;
  /** Whether the earliest record of a key is kept (the default), or the one that is read first. */
  readonly order?: 'eventTime' | 'arrival';
  /** The name of its state in checkpoints. Default: the output and `dedup(<by>)`. */
  readonly name?: string;
}

/**
 * Drops records whose key was there before, less than `within` ago.
 *
 * The records of a key count by (event time, order): the first is kept, those less than `within` after it are
 * duplicates, the next one after that is kept again. A record therefore waits until the watermark has passed it, and
 * what comes out is sorted by (event time, order). With `order: 'arrival'` it comes out at once and records count as
 * they are read; that has one answer only where the source itself keeps equal keys together, so it needs a source
 * that is `keyedBy` one of the fields. A key with a null in it is never a duplicate. Nothing is late here.
 *
 * Keeps, in checkpoints, each key for `within` of event time, and the rows that wait.
 *
 * @throws MillraceError `MILLRACE_FIELD_MISSING`, `MILLRACE_TIME_MISSING`, `MILLRACE_GROUPING_LOST`,
 * `MILLRACE_MODE_UNFIT`, `MILLRACE_OPTION_INVALID` when the graph is built.
 * @example
 * ```ts
 * import { schema, timestamp, utf8, type Flow, type MillraceError } from '@millrace/core';
 * import { dedup, eventTime } from '@millrace/operators';
 *
 * const Pin = schema({ id: utf8, at: timestamp });
 * const graph = (pins: Flow<typeof Pin.fields>) => ({
 *   pins: pins.pipe(eventTime('at', { maxOutOfOrderness: '5s' }), dedup({ by: 'id', within: '1h' })),
 * });
 * ```
 */
export function dedup<F extends Fields>(options: DedupOptions<keyof F & string>): (flow: Flow<F>) => Flow<F> {
  requireArguments('dedup', "dedup({ by: 'unique_id', within: '1h' })", [
    ['options', options, optionsOf('by', 'within', 'order', 'name')],
  ]);
  const settings = settingsOf(options);
  const { by, operator } = settings;
  return onUserLine((flow) => {
    requireFlow('dedup', flow);
    requireAppend(operator, flow);
    throwIssues([
      ...fieldIssues(operator, flow.schema, by.map((field) => ({ field, uses: 'compares' }))), // prettier-ignore
      ...planIssues(settings, flow.node),
    ]);
    const types = by.map((field) => `${field}:${typeText(flow.schema.fields[field]!)}`);
    const input = groupedBy(flow, by);
    return operate<F, 'append'>(input, {
      operator: 'dedup',
      arguments: by.join(', '),
      details: { within: options.within, ...(settings.order === 'arrival' ? { order: 'arrival' } : {}) },
      schema: flow.schema,
      sourceOrdered: false,
      state: { name: options.name, format: `${types.join(',')} within ${settings.withinMs} ms by ${settings.order}` },
      needs: (required) => [new Set([...required, ...by])],
      create: (context) => dedupHooks(context, settings, input.node),
      reference: async () => (await import('./dedup.reference.js')).dedupReference(settings, input.node.order),
    });
  });
}

const textOrTexts: Need = {
  text: 'a field or a list of fields',
  accepts: (value) => need.text.accepts(value) || need.texts.accepts(value),
};

function settingsOf(given: Partial<DedupOptions<string>>): DedupSettings {
  requireArguments('dedup', "dedup({ by: 'unique_id', within: '1h' })", [['by', given.by, optional(textOrTexts)]]);
  const by: readonly string[] = given.by === undefined ? [] : typeof given.by === 'string' ? [given.by] : given.by;
  const operator = `dedup(${by.join(', ')})`;
  const refuse = (option: string, problem: string, fix: string): never => {
    throw millraceError('MILLRACE_OPTION_INVALID', { subject: operator, option, problem, fix });
  };
  if (by.length === 0) return refuse('by', 'names no field', "Write by: 'id', or by: ['device', 'at'].");
  const { order = 'eventTime' } = given;
  if (order !== 'eventTime' && order !== 'arrival') {
    return refuse('order', `is ${String(order)}`, "Write order: 'arrival', or leave it out.");
  }
  return { by, withinMs: durationMs(given.within, { operator, option: 'within', above: 0 }), order, operator };
}

function planIssues({ by, order, operator }: DedupSettings, { timed, grouping }: PlanNode): readonly MillraceError[] {
  const issues: MillraceError[] = [];
  if (!timed) issues.push(millraceError('MILLRACE_TIME_MISSING', { operator }));
  if (order === 'arrival' && !(grouping?.by === 'source' && isGroupedBy(grouping, by))) {
    const problem = `order: 'arrival' needs a source that keeps equal values of ${by.join(' and ')} in one partition`;
    issues.push(millraceError('MILLRACE_GROUPING_LOST', { operator, problem }));
  }
  return issues;
}

const noRows = new Int32Array(0);

// A text that is never null is its own key: where nobody needs it behind here it is compared where it is, and not moved.
function isKeyByItself(by: readonly string[], { fields }: Schema): boolean {
  const type = fields[by[0]!]!;
  return by.length === 1 && !type.nullable && (type.kind === 'utf8' || type.kind === 'binary');
}

function dedupHooks(
  context: OperatorContext,
  { by, withinMs, order }: DedupSettings,
  { schema, order: orderTypes }: PlanNode,
): OperatorHooks {
  const keys = new KeptKeys(withinMs);
  const columns = new Set([...context.needed, ...by]);
  const inPlace = isKeyByItself(by, schema) && !by.some((field) => context.needed.has(field));
  const unmoved = new Set(inPlace ? by : []);
  const held = heldRows({ fields: schema.fields, order: orderTypes, columns, unmoved });

  // The rows of the batch, one after the other: by (time, order), or as they arrived.
  function decide(batch: Batch, parts: readonly ReleasedPart[]): void {
    const { keyed, keyless } = inPlace ? { keyed: selectedRows(batch), keyless: noRows } : splitByNull(batch, by);
    const keyParts = inPlace
      ? parts.map((part) => ({ ...part, keys: encodeKeys(part.batch, by, schema) }))
      : [{ rows: keyed, at: keyed, keys: encodeKeys(select(batch, keyed), by, schema) }];
    const kept = keys.admit(keyParts, batch.time!, batch.group, keyed);
    context.ledger.taken += kept.length + keyless.length;
    context.ledger.duplicate += keyed.length - kept.length;
    if (kept.length === batch.length) context.emit(batch);
    else context.emit(select(batch, joined(kept, keyless)));
  }

  return {
    batch(batch) {
      const rows = selectedRows(batch);
      if (order === 'arrival') return decide(batch, [{ batch, rows, at: rows }]);
      context.ledger.pending += rowCount(batch);
      held.add(batch);
    },
    watermark(time) {
      const released = held.release(time);
      if (released !== undefined) {
        context.ledger.pending -= rowCount(released.batch);
        decide(released.batch, released.parts);
      }
      keys.forget(time);
      context.watermark(time);
    },
    snapshot: () => ({ held: held.snapshot(), keys: keys.snapshot() }),
    restore(tables) {
      if (tables['held'] !== undefined) held.restore(tables['held']);
      if (tables['keys'] !== undefined) keys.restore(tables['keys']);
      context.ledger.pending += held.rows;
    },
    stateRows: () => keys.size + held.rows,
    heldBytes: () => held.bytes,
  };
}
