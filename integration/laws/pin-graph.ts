import { inspect } from 'node:util';
import { nullable, schema, utf8, type Flow } from '@millrace/core';
import type { MemoryTopic } from '@millrace/connectors/memory';
import type { TestRecord } from '@millrace/core/testing';
import { agg, aggregate, clean, dedup, eventTime, text, tumbling, where } from '@millrace/operators';

export const RawPin = schema({ unique_id: nullable(utf8), category: utf8, followers: utf8, at: utf8 });
export type RawPin = typeof RawPin.fields;

/** A graph in which every way out of the ledger is taken: late, duplicate, rejected, filtered. */
export function pinGraph(raw: Flow<RawPin>) {
  const pins = raw.pipe(
    clean({
      followers: text().nullIf('User Info Error').abbreviatedNumber(),
      at: text().timestamp({ zone: 'UTC' }),
    }),
    eventTime('at', { maxOutOfOrderness: '5s', maxAhead: '1h' }),
    where((pin) => pin.category !== ''),
    dedup({ by: 'unique_id', within: '1m' }),
  );
  const minutes = pins.pipe(
    aggregate({
      window: tumbling('1m'),
      by: 'category',
      compute: { pins: agg.count(), followers: agg.sum('followers'), last: agg.last('unique_id') },
    }),
  );
  return { pins, minutes };
}

/** Appends the records of each partition, and skips pauses: a topic has none. */
export async function fill(topic: MemoryTopic<RawPin>, partitions: readonly (readonly TestRecord[])[]): Promise<void> {
  for (const [partition, records] of partitions.entries()) {
    await topic.append(
      records.flatMap((record) => {
        if (typeof record === 'string' || record instanceof Uint8Array) return [{ partition, value: record }];
        return 'pauseMs' in record ? [] : [{ partition, ...record }];
      }),
    );
  }
}

/** Rows as a multiset: the union over tasks and partitions has no order. */
export function sorted(rows: readonly object[]): readonly string[] {
  return rows.map((row) => inspect(row, { depth: null, breakLength: Infinity })).sort();
}
