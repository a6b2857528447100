/** The data of every error code. */
export interface ErrorData {
  MILLRACE_SCHEMA_INVALID: { field: string; problem: string };
  MILLRACE_ARGUMENT_INVALID: { call: string; argument: string; needs: string; got: string; example: string };
  MILLRACE_OPTION_INVALID: { subject: string; option: string; problem: string; fix: string };
  MILLRACE_NOT_A_FLOW: { operator: string; got: string };
  MILLRACE_FIELD_MISSING: { operator: string; uses: string; field: string; fields: readonly string[] };
  MILLRACE_FIELD_KIND: { operator: string; uses: string; field: string; kind: string; needs: string };
  MILLRACE_FIELD_COLLISION: { operator: string; field: string; with: string };
  MILLRACE_TIME_MISSING: { operator: string; lacking?: string };
  MILLRACE_TIME_ORDER: { operator: string; after: string };
  MILLRACE_GROUPING_LOST: { operator: string; problem: string };
  MILLRACE_MODE_UNFIT: { operator: string; mode: string; problem: string; fix: string };
  MILLRACE_STATE_NAME_TAKEN: { name: string; operators: readonly string[] };
  MILLRACE_JOB_INVALID: { job: string; problem: string; fix: string };
  MILLRACE_SINK_MISSING: { job: string; output: string; outputs: readonly string[] };
  MILLRACE_SINK_UNFIT: { sink: string; output: string; problem: string; fix: string };
  MILLRACE_SOURCE_CHANGED: { source: string; was: string; is: string; archive?: string };
  MILLRACE_SOURCE_TRUNCATED: { source: string; partition: number; position: number; start: number };
  MILLRACE_SOURCE_BEYOND_END: { source: string; partition: number; position: number; end: number };
  MILLRACE_SOURCE_KEY: { source: string; field: string; partition: number; offset: number };
  MILLRACE_SOURCE_REPARTITIONED: { source: string; field: string; partition: number };
  MILLRACE_SOURCE_UNREADABLE: { source: string; problem: string; fix: string };
  MILLRACE_TOPIC_SEALED: { topic: string };
  MILLRACE_TOPIC_TAKEN: { topic: string };
  MILLRACE_TIME_NULL: { operator: string; field: string; partition: number; offset: number };
  MILLRACE_TIME_AHEAD: { operator: string; field: string; maxAhead: string; partition: number; offset: number };
  MILLRACE_TIME_LOG_UNFIT: { source: string; partition: number; problem: string; fix?: string };
  MILLRACE_PLAN_INCOMPATIBLE: { job: string; changes: readonly string[]; lost: readonly string[] };
  MILLRACE_LINEAGE_COMPLETE: { job: string; fix?: string };
  MILLRACE_LINEAGE_FOREIGN: { sink: string; owner: string; job: string };
  MILLRACE_SINK_AHEAD: { sink: string; published: number; restored: number };
  MILLRACE_OWNERSHIP_LOST: { job: string; checkpoint: number };
  MILLRACE_CHECKPOINT_UNREADABLE: { object: string; problem: string; fix?: string };
  MILLRACE_STORE_FAILED: { location: string; operation: string; key: string };
  MILLRACE_STORE_REFUSED: { location: string; problem: string; fix: string };
  MILLRACE_ROW_FUNCTION: { operator: string; partition: number; offset: number; fields: readonly string[] };
  MILLRACE_LOOKUP_UNFIT: { operator: string; problem: string; fix: string };
  MILLRACE_VALUE_UNFIT: { operator: string; field: string; problem: string };
  MILLRACE_RULE_FAILED: { field: string; reason: string };
  MILLRACE_UNION_UNFIT: { input: number; differences: readonly string[] };
  MILLRACE_SUM_OVERFLOW: {
    operator: string;
    column: string;
    key: string;
    window: string;
    limit: '2^53' | '38 digits';
  };
  MILLRACE_TABLE_FOREIGN: { table: string; problem: string; fix: string };
  MILLRACE_TABLE_UNREADABLE: { table: string; problem: string; fix: string };
  MILLRACE_TABLE_GAP: { table: string; partition: number; from: number; to: number };
  MILLRACE_STOP_LATE: { job: string; deadlineMs: number };
  MILLRACE_SERVER_FAILED: { server: string; problem: string; fix: string };
  MILLRACE_PEER_MISSING: { package: string; for: string };
  MILLRACE_INTERNAL: { problem: string };
}

/** The name of an error. */
export type ErrorCode = keyof ErrorData;
