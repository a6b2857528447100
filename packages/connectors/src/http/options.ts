import { millraceError, type Schema } from '@millrace/core';
import { durationMs, having, need, optional, optionsOf, requireArguments, type RecordHeaders } from '@millrace/core/connector'; // prettier-ignore

/** A topic that posts go to: `memory().topic(…)`, `kafka(…).topic(…)`, or what is like them. */
export interface IngestionTopic {
  readonly schema: Schema;
  readonly label: string;
  /** The field whose value is the key of every record. */
  readonly keyedBy?: string | undefined;
  /** Appends records in their order. They are durable when it resolves, and may be there in part when it rejects. */
  append(records: readonly IngestedRecord[]): Promise<void>;
}

/** A record as it was posted. */
export interface IngestedRecord {
  /** The bytes of its JSON, as they came. */
  readonly value: Uint8Array;
  readonly key: Uint8Array | null;
  /** `idempotency-key`, where the post had one. */
  readonly headers: RecordHeaders;
}

/** What becomes of the posts to one path. */
export interface IngestionRoute {
  readonly topic: IngestionTopic;
  /** The field whose value is the key of the record. Default: the topic's `keyedBy`; without one, records have no key. */
  readonly key?: string;
}

/** What is taken, and how much of it at once. */
export interface IngestionOptions {
  /** What is posted where: a topic by path. */
  readonly routes: { readonly [path: string]: IngestionRoute };
  /** The largest body, in bytes; more is answered with 413. Default 1,000,000. */
  readonly bodyMax?: number;
  /** How many bytes may wait for the broker; beyond them posts are answered with 429. A record of a list counts for 512 more. Default 16 MiB. */
  readonly queueMax?: number;
  /** How long the first record waits for more to be written with it. Default `'5ms'`. */
  readonly linger?: string;
  /** After so long without an acknowledgement of the broker a post is answered with 503. Default `'10s'`. */
  readonly acknowledgeWithin?: string;
  /** How long a request may take to arrive as a whole; then 408. Default `'30s'`. */
  readonly receiveWithin?: string;
  /** How many keys of the header `Idempotency-Key` are remembered per path. Default 10,000. */
  readonly idempotencyKeys?: number;
}

/** Options with everything that has a default; times in ms. */
export interface IngestionSettings {
  readonly bodyMax: number;
  readonly queueMax: number;
  readonly lingerMs: number;
  readonly acknowledgeMs: number;
  readonly receiveMs: number;
  readonly idempotencyKeys: number;
  /** How many records a post may have. */
  readonly recordsMax: number;
}

/** What a post takes of the queue beside the bytes of its body, until it is read. */
export const postBytes = 1024;
/** What each further record of a list takes of the queue beside its bytes: about what it takes in memory. */
export const recordBytes = 512;
/** How many records a post may have, where the queue has room for them. */
const recordsMax = 10_000;

const example = "ingestion({ routes: { '/pin': { topic: pins } } })";

/** Checks what `ingestion` was given, and fills in what it was not. */
export function settingsOf(options: IngestionOptions): IngestionSettings {
  requireArguments('ingestion', example, [
    [
      'options',
      options,
      optionsOf('routes', 'bodyMax', 'queueMax', 'linger', 'acknowledgeWithin', 'receiveWithin', 'idempotencyKeys'),
    ],
  ]);
  const { routes, bodyMax = 1_000_000, queueMax = 16 * 1024 * 1024, idempotencyKeys = 10_000 } = options;
  requireArguments('ingestion', example, [
    ['routes', routes, need.options],
    ['bodyMax', bodyMax, need.count],
    ['queueMax', queueMax, need.count],
    ['idempotencyKeys', idempotencyKeys, need.count],
  ]);
  requireRoutes(routes);
  if (queueMax < bodyMax + postBytes) {
    const problem = `is ${queueMax}, where a body of bodyMax (${bodyMax}) bytes has no room`;
    throw unfit('queueMax', problem, `Give at least ${bodyMax + postBytes}.`);
  }
  const { linger = '5ms', acknowledgeWithin = '10s', receiveWithin = '30s' } = options;
  const duration = (option: string, text: string): number =>
    durationMs(text, { operator: 'ingestion', option, above: 0 });
  return {
    bodyMax,
    queueMax,
    idempotencyKeys,
    recordsMax: Math.min(recordsMax, 1 + Math.floor((queueMax - bodyMax) / recordBytes)),
    lingerMs: duration('linger', linger),
    acknowledgeMs: duration('acknowledgeWithin', acknowledgeWithin),
    receiveMs: duration('receiveWithin', receiveWithin),
  };
}

function requireRoutes(routes: IngestionOptions['routes']): void {
  const entries = Object.entries(routes);
  if (entries.length === 0) throw unfit('routes', 'names no path', `Write ${example}.`);
  for (const [path, route] of entries) {
    // Nothing that a router could take for more than itself.
    if (!/^(\/[\w.~-]+)+$/.test(path)) throw unfit(`routes: ${JSON.stringify(path)}`, 'is no path', "Write '/pin'.");
    requireArguments('ingestion', example, [[`routes['${path}']`, route, optionsOf('topic', 'key')]]);
    const { topic, key } = route;
    requireArguments('ingestion', example, [
      [`routes['${path}'].topic`, topic, having('a topic with append', 'append', 'schema', 'label')],
      [`routes['${path}'].key`, key, optional(need.text)],
    ]);
    requireKey(topic, key);
  }
}

function requireKey({ schema, label, keyedBy }: IngestionTopic, key: string | undefined): void {
  if (key === undefined) return;
  const fields = Object.keys(schema.fields);
  if (!fields.includes(key)) {
    throw millraceError('MILLRACE_FIELD_MISSING', {
      operator: label,
      uses: 'is posted with the key',
      field: key,
      fields,
    });
  }
  if (keyedBy === undefined || keyedBy === key) return;
  throw unfit(`key: '${key}'`, `is not the field that ${label} is keyed by`, `Leave it out, or write '${keyedBy}'.`);
}

/** An option that cannot be. */
export function unfit(option: string, problem: string, fix: string): Error {
  return millraceError('MILLRACE_OPTION_INVALID', { subject: 'ingestion', option, problem, fix });
}
