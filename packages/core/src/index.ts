export {
  binary,
  bool,
  decimal,
  float64,
  int32,
  int64,
  list,
  nullable,
  struct,
  timestamp,
  utf8,
  type ColumnType,
  type Fields,
  type Kind,
  type ListType,
  type Named,
  type Nullable,
  type Row,
  type Simplify,
  type StructType,
  type ValueOf,
} from './schema/column-type.js';
export { fieldsText, schema, typeText, type Schema } from './schema/schema.js';
export { Flow, isFlow } from './flow/flow.js';
export type { Signal } from './flow/signal.js';
export type { Batch } from './batch/batch.js';
export { isMillraceError, millraceError, MillraceError, type ErrorContext } from './error/millrace-error.js';
export type { ErrorCode, ErrorData } from './error/error-data.js';
export { listText, nearestName } from './error/names.js';
export type { EarlyAppend, JsonValue, KeyedSink, Mode, Sink } from './connector/sink.js';
export type { Group } from './connector/group.js';
export type { Source } from './connector/source.js';
export type { LookupView } from './connector/lookup-view.js';
export type { ObjectStore } from './connector/object-store.js';
export { memoryStore } from './checkpoint/memory-store.js';
export type { LedgerCounts } from './ledger/ledger.js';
export type { Logger } from './metrics/logger.js';
export { lateOf, rejectedOf } from './side/side-output.js';
export { LateRecord, RejectedRecord, type SideFields } from './side/side-record.js';
export { defineJob } from './job/define-job.js';
export type {
  FlowsOf,
  Inputs,
  Job,
  JobHandle,
  OutputResult,
  Outputs,
  RunMode,
  RunOptions,
  RunResult,
  RunSinks,
  SinksFor,
} from './job/job.js';
export type { JobDescription, NodeDescription } from './job/describe.js';
export { run, start } from './job/run.js';
export { rows } from './flow/rows.js';
export { stopOnSignals } from './job/stop-on-signals.js';
export type { MetricsSnapshot } from './metrics/snapshot.js';
export type { TimeLogEntry } from './time/time-log.js';
export type { Clock } from './time/clock.js';
export { toArrow } from './arrow/to-arrow.js';
export { digestOf, digestText, emptyDigest, type Digest, type DigestValue } from './digest/digest.js';
