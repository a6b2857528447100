import { digestOf, schema, type Row } from '@millrace/core';
import { bareBatch, columnsOf, type Batch } from '@millrace/core/operate';
import { RawPin } from './windows-graph.js';

const { unique_id, category, follower_count, timestamp } = RawPin.fields;
const Four = schema({ unique_id, category, follower_count, timestamp });

/** The four fields that the windows need, and an answer that tells whether all their values are right. */
export const fourColumns = {
  names: new Set(Object.keys(Four.fields)),

  ofRows(rows: readonly Row<typeof Four.fields>[]): string {
    return fourColumns.ofColumns([{ columns: columnsOf(Four.fields, rows), length: rows.length }]);
  },

  ofColumns(parts: Iterable<Pick<Batch, 'columns' | 'length'>>): string {
    const digest = digestOf(Four);
    for (const { columns, length } of parts) digest.add(bareBatch(columns, length));
    const { rows, hash } = digest.value();
    return `${rows}\t${hash}\n`;
  },
} as const;
