// What authors of operators need, beside `@millrace/core`.
export { groupedBy, isGroupedBy } from '../exchange/grouped-by.js';
export { answersInOrder, type AnswersOptions } from '../flow/answers-in-order.js';
export type { EarlyRows, EventClock, OperatorContext, OperatorHooks, PendingAnswers } from '../flow/hooks.js';
export {
  fieldIssues,
  operate,
  requireAppend,
  requireFields,
  requireFlow,
  type FieldUse,
  type Operator,
} from '../flow/operate.js';
export { emptyLedger, ledgerBalances, type LedgerCounts } from '../ledger/ledger.js';
export type { Grouping, PlanNode, StateDeclaration } from '../plan/node.js';
export type { Reference, ReferenceRejection, ReferenceResult, ReferenceRow } from '../plan/reference.js';
export type { StateTable, StateTables } from '../state/table.js';
export type { TimeLogEntry } from '../time/time-log.js';
export { bitAt, clearBit, emptyBits, fullBits, setBit } from '../batch/bits.js';
export { bareBatch, rowCount, select, selectedRows, type Batch, type BatchOrigin } from '../batch/batch.js';
export * from '../batch/column.js';
export type { RejectedRow } from '../connector/records.js';
export { columnOf, columnsOf } from '../batch/build.js';
export { columnBuilder, type ColumnBuilder } from '../batch/column-builder.js';
export { binaryBuilder, type BytesBuilder } from '../batch/bytes-builder.js';
export { textBuilder, type TextBuilder } from '../batch/text-builder.js';
export { decimalText, parseDecimal, unscaledAt } from '../batch/decimal.js';
export { columnReader, dictionaryTexts, rowReader, rowsOf, valueAt } from '../batch/rows.js';
export { compact, takeBatch, takeColumn } from '../batch/take.js';
export { takeRecords } from '../batch/take-records.js';
export { gatherColumn } from '../batch/gather.js';
export { compareOrder, compareValues } from '../batch/compare.js';
export { encodeKeys, hashBytes, hashKeys, shardOf } from '../batch/keys.js';
export { constantPartition, sourceOrder } from '../batch/source-order.js';
export { valueProblem } from '../batch/value-problem.js';
export { plainText } from '../batch/plain.js';
export { bytesText, textBytes } from '../batch/text.js';
export { errorEntries } from '../error/codes.js';
export { recordSentences } from '../error/record-codes.js';
export { throwIssues } from '../error/millrace-error.js';
export { having, need, optional, optionsOf, requireArguments, type Need } from '../error/arguments.js';
export { onUserLine, userLine } from '../error/user-line.js';
export { placeOf } from '../side/side-record.js';
export { grown } from '../batch/grow.js';
export { coverEntries, entryBits, entryMask } from '../state/entry-chunks.js';
export { KeyTable } from '../state/key-table.js';
export { durationMs } from '../time/duration.js';
export { heldRows, type HeldRows, type HeldRowsOptions } from '../time/held-rows.js';
export type { Release, ReleasedPart } from '../time/release.js';
export { partitionClock, type PartitionClock, type PartitionTime } from '../time/partition-clock.js';
export { rowComparator } from '../time/compare-rows.js';
