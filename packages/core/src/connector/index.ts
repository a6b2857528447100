// What authors of connectors need, beside `@millrace/core`.
export type { DecodedRecords, RecordHeaders, Records, RejectedRow } from './records.js';
export type { Pull, Source, SourceContext, SourcePartition, SourceReader } from './source.js';
export type {
  EarlyAppend,
  JsonValue,
  KeyedSink,
  Mode,
  Publication,
  Room,
  Sink,
  SinkContext,
  SinkWriter,
  Staged,
} from './sink.js';
export type { Group, GroupContext, GroupMember, GroupPositions } from './group.js';
export type { ObjectStore, StoredObject } from './object-store.js';
export { bareBatch, rowCount, select, selectedRows, type Batch } from '../batch/batch.js';
export { clearBit, fullBits } from '../batch/bits.js';
export * from '../batch/column.js';
export { copyRun, viewed, type Viewed } from '../batch/copy-bytes.js';
export { columnOf, columnsOf } from '../batch/build.js';
export { columnBuilder, type ColumnBuilder } from '../batch/column-builder.js';
export { binaryBuilder, type BytesBuilder } from '../batch/bytes-builder.js';
export { textBuilder, type TextBuilder } from '../batch/text-builder.js';
export { columnReader, dictionaryTexts, rowReader, rowsOf, valueAt } from '../batch/rows.js';
export { compact, takeBatch, takeColumn } from '../batch/take.js';
export { takeRecords } from '../batch/take-records.js';
export { gatherColumn } from '../batch/gather.js';
export { batchBytes, columnBytes } from '../time/row-bytes.js';
export { plainText } from '../batch/plain.js';
export { encodeKeys, hashBytes } from '../batch/keys.js';
export { jsonReader } from './json-reader.js';

export { copiedValues, noValues, slicesOf, type ValueSlices } from './value-slices.js';
export { bytesColumnOf, recordsOf, type RecordsOptions } from './records-of.js';
export { checkKey, compareKeys } from './object-key.js';
export { loadPeer } from './peer.js';
export { keyBytes, keyReader, valueBytes, type NewValue } from './new-record.js';
export { bytesHash, checkedJson, readCheckedJson } from '../checkpoint/checked-json.js';
export { murmur2, partitionOfKey } from './murmur2.js';
export { compareOrder } from '../batch/compare.js';
export { rankBytes } from '../batch/rank-bytes.js';
export { jsonBytes, jsonText } from '../decode/json-bytes.js';
export { jsonDecoder, type JsonDecoderOptions } from '../decode/json-decoder.js';
export type { Decoder } from '../decode/decoder.js';
export { located } from '../error/millrace-error.js';
export { having, need, optional, optionsOf, requireArguments, type Need } from '../error/arguments.js';
export { userLine } from '../error/user-line.js';
// For jobs that are not graphs (an archive): they are run, stopped and looked at like any other.
export { jobBrand, type JobRuntime } from '../job/job.js';
export { emptyLedger } from '../ledger/ledger.js';
export { silentLogger } from '../metrics/logger.js';
export { systemClock } from '../time/clock.js';
export { durationMs } from '../time/duration.js';
