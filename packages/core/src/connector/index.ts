// What authors of connectors need, beside `@millrace/core`.
export type { DecodedRecords, RecordHeaders, Records, RejectedRow } from './records.js';
export type { Pull, Source, SourceContext, SourcePartition, SourceReader } from './source.js';
export type { JsonValue, KeyedSink, Mode, Publication, Sink, SinkContext, SinkWriter, Staged } from './sink.js';
export type { ObjectStore, StoredObject } from './object-store.js';
export { rowCount, select, selectedRows, type Batch } from '../batch/batch.js';
export * from '../batch/column.js';
export { columnOf, columnsOf } from '../batch/build.js';
export { columnBuilder, type ColumnBuilder } from '../batch/column-builder.js';
export { binaryBuilder, type BytesBuilder } from '../batch/bytes-builder.js';
export { textBuilder, type TextBuilder } from '../batch/text-builder.js';
export { columnReader, dictionaryTexts, rowReader, rowsOf, valueAt } from '../batch/rows.js';
export { compact, takeBatch, takeColumn } from '../batch/take.js';
export { takeRecords } from '../batch/take-records.js';
export { gatherColumn } from '../batch/gather.js';
export { encodeKeys, hashBytes } from '../batch/keys.js';
export { bytesColumnOf, recordsOf, type RecordsOptions } from './records-of.js';
