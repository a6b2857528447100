import { int32, schema, timestamp, utf8, type Flow } from '@millrace/core';
import type { MemoryTopic } from '@millrace/connectors/memory';
import { agg, aggregate, eventTime, tumbling } from '@millrace/operators';

/** What is sold, and by which a view keeps its minutes. */
export const Sale = schema({ at: timestamp, shop: utf8, n: int32 });
export type Sales = Flow<typeof Sale.fields>;
export const key = ['shop', 'windowStart'] as const;

/** Sends sales as 'shop second n'. */
export function send(topic: MemoryTopic<typeof Sale.fields>, ...texts: readonly string[]): Promise<void> {
  return topic.send(
    texts.map((text) => {
      const [shop = '', at, n] = text.split(' ');
      return { at: new Date(Number(at) * 1000), shop, n: Number(n) };
    }),
  );
}

/** Sales per minute, early every second; `shown` is called with every showing. */
export function minutesOf(sales: Sales, shown: () => void) {
  const minutes = sales.pipe(
    eventTime('at', { maxOutOfOrderness: '0s' }),
    aggregate({ window: tumbling('1m'), by: 'shop', compute: { n: agg.sum('n') }, early: '1s' }),
  );
  minutes.subscribe(({ kind }) => {
    if (kind === 'early') shown();
  });
  return minutes;
}
