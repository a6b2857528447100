import type { Fields, Schema, Source } from '@millrace/core';
import {
  bytesColumnOf,
  type BytesColumn,
  type SourceReader,
  having,
  need,
  requireArguments,
  valueBytes,
} from '@millrace/core/connector';
import type { TopicValue } from './options.js';
import { processLog } from './process-log.js';
import { topicReader } from './source.js';

/**
 * Rows that stand in the program, as a source of one partition that ends behind them. They pass the decoder like any
 * record, so a row that does not fit the schema is rejected, and counted. They have no keys and no broker times.
 */
export function rows<F extends Fields>(schema: Schema<F>, values: readonly TopicValue<F>[]): Source<F> {
  requireArguments('rows', "rows(Pin, [{ id: 'a' }])", [
    ['schema', schema, having('a schema', 'fields')],
    ['values', values, need.list],
  ]);
  const label = 'memory rows';
  const column = bytesColumnOf(values.map((value) => valueBytes(schema, value)));
  return {
    schema,
    name: 'rows',
    label,
    keyedBy: undefined,
    bounded: true,
    open: () => openRows(label, column, values.length),
  };
}

async function openRows(label: string, values: BytesColumn, length: number): Promise<SourceReader> {
  // Named by what they hold: the same program finds its place again, a changed one is refused.
  const log = processLog('rows', 1, `rows-${await digestOf(values, length)}`);
  const offsets = Float64Array.from({ length }, (_, row) => row);
  const brokerTimes = new Float64Array(length).fill(-1);
  const keys = bytesColumnOf(new Array<null>(length).fill(null));
  const run = { partition: 0, length, offsets, next: length, brokerTimes, keys, values, headers: undefined };
  if (length > 0) await log.append([{ partition: 0, run: () => ({ ...run, decoded: undefined }) }]);
  await log.seal();
  return topicReader(label, log);
}

async function digestOf({ offsets, bytes, validity }: BytesColumn, length: number): Promise<string> {
  const parts = [new Uint8Array(offsets.slice().buffer), bytes, validity ?? new Uint8Array((length + 7) >> 3)];
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', joined));
  return Array.from(digest.subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
