import { int32, nullable, schema, utf8, type EarlyAppend, type Fields, type Flow, type LookupView, type Mode, type Row, type Schema } from '@millrace/core'; // prettier-ignore
import { expectTypeOf, test } from 'vitest';
import { agg, aggregate, lookupJoin, where } from '../index.js';

const Pin = schema({ id: utf8, user: int32 });
const User = schema({ name: utf8, age: nullable(int32) });
declare function flowOf<F extends Fields>(schema: Schema<F>): Flow<F>;
declare function rowOf<F extends Fields>(flow: Flow<F, Mode>): Row<F>;
declare const users: LookupView<'ind'>;
declare const early: Flow<typeof Pin.fields, EarlyAppend>;
const pins = flowOf(Pin);

test('a match may be missing, unless the join is inner', () => {
  const left = pins.pipe(lookupJoin(users, { on: { ind: 'user' }, take: User }));
  expectTypeOf(rowOf(left)).toEqualTypeOf<{ id: string; user: number; name: string | null; age: number | null }>();
  const inner = pins.pipe(lookupJoin(users, { on: { ind: 'user' }, take: User, kind: 'inner' }));
  expectTypeOf(rowOf(inner)).toEqualTypeOf<{ id: string; user: number; name: string; age: number | null }>();
  pins.pipe(
    lookupJoin(users, { on: { ind: 'user' }, take: User }),
    where(({ name }) => name !== null),
  );
  early.pipe(lookupJoin(users, { on: { ind: 'user' }, take: User }));
});

test('a wrong field, a missing one of the key and a name that is taken do not compile', () => {
  // @ts-expect-error no such field
  pins.pipe(lookupJoin(users, { on: { ind: 'usr' }, take: User }));
  // @ts-expect-error the key of the view is "ind"
  pins.pipe(lookupJoin(users, { on: { id: 'user' }, take: User }));
  // @ts-expect-error "id" is a field already
  pins.pipe(lookupJoin(users, { on: { ind: 'user' }, take: schema({ id: utf8 }) }));
  // @ts-expect-error there is no such kind
  pins.pipe(lookupJoin(users, { on: { ind: 'user' }, take: User, kind: 'outer' }));
  const counted = pins.pipe(aggregate({ by: 'user', compute: { n: agg.count() } }));
  // @ts-expect-error its rows replace earlier ones
  counted.pipe(lookupJoin(users, { on: { ind: 'user' }, take: User }));
});
