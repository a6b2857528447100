import type { Flow, timestamp, utf8 } from '@millrace/core';
import { expectTypeOf, test } from 'vitest';
import { eventTime } from '../event-time/event-time.js';
import { dedup } from './dedup.js';

type Pin = { id: typeof utf8; category: typeof utf8; at: typeof timestamp };
declare const pins: Flow<Pin>;
declare const totals: Flow<Pin, 'upsert'>;

test('keeps the type of the flow', () => {
  const kept = pins.pipe(eventTime('at', { maxOutOfOrderness: '5s' }), dedup({ by: 'id', within: '1h' }));
  expectTypeOf(kept).toEqualTypeOf<Flow<Pin>>();
});

test('takes several fields, in a list that may be a constant', () => {
  const by = ['id', 'category'] as const;
  pins.pipe(dedup({ by, within: '1h', order: 'arrival', name: 'first sight' }));
});

test('refuses wrong fields and options, and an upsert flow', () => {
  // @ts-expect-error no such field
  pins.pipe(dedup({ by: 'uniqueid', within: '1h' }));
  // @ts-expect-error no such field among several
  pins.pipe(dedup({ by: ['id', 'uniqueid'], within: '1h' }));
  // @ts-expect-error how long has to be said
  pins.pipe(dedup({ by: 'id' }));
  // @ts-expect-error a number has no unit
  pins.pipe(dedup({ by: 'id', within: 3600 }));
  // @ts-expect-error no such order
  pins.pipe(dedup({ by: 'id', within: '1h', order: 'offset' }));
  // @ts-expect-error rows that replace each other have no first one
  totals.pipe(dedup({ by: 'id', within: '1h' }));
});
