import type { Flow, Nullable, timestamp, utf8 } from '@millrace/core';
import { expectTypeOf, test } from 'vitest';
import { eventTime } from './event-time.js';

type Pin = { id: typeof utf8; at: typeof timestamp; edited: Nullable<typeof timestamp> };
declare const pins: Flow<Pin>;

test('keeps the type of the flow', () => {
  expectTypeOf(pins.pipe(eventTime('at', { maxOutOfOrderness: '5s' }))).toEqualTypeOf<Flow<Pin>>();
});

test('takes a timestamp that may be null', () => {
  pins.pipe(eventTime('edited', { maxOutOfOrderness: '5s', maxAhead: '1m', onError: 'fail', name: 'edits' }));
});

test('refuses wrong fields, kinds and options', () => {
  // @ts-expect-error no such field
  pins.pipe(eventTime('att', { maxOutOfOrderness: '5s' }));
  // @ts-expect-error text is no time
  pins.pipe(eventTime('id', { maxOutOfOrderness: '5s' }));
  // @ts-expect-error the bound has to be said
  pins.pipe(eventTime('at', {}));
  // @ts-expect-error a number has no unit
  pins.pipe(eventTime('at', { maxOutOfOrderness: 5000 }));
  // @ts-expect-error no such policy
  pins.pipe(eventTime('at', { maxOutOfOrderness: '5s', onError: 'ignore' }));
});
