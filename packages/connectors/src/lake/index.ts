export { lake, type Lake, type LakeOptions } from './lake.js';
export type { LakeTable } from './table-place.js';
export type { ArchiveTable, ArchiveTableOptions } from './archive/archive-table.js';
export { archive, type ArchiveOptions } from './archive/archive-job.js';
export type { DerivedTable } from './derived/derived-table.js';
export { readRows, readTable, type TableBatch } from './read-table.js';
export { compact, type Compaction, type CompactOptions } from './compact.js';
export type { CodecName } from './parquet/codec.js';
