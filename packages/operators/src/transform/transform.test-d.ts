import {
  bool,
  float64,
  int32,
  list,
  nullable,
  schema,
  struct,
  timestamp,
  utf8,
  type Flow,
  type Row,
  type Fields,
  type Mode,
  type Schema,
} from '@millrace/core';
import { expectTypeOf, test } from 'vitest';
import {
  branch,
  clean,
  flatten,
  mapRows,
  rename,
  select,
  text,
  union,
  where,
  withColumn,
  withMetadata,
} from '../index.js';

const Message = schema({
  device: utf8,
  tags: list(utf8),
  readings: nullable(list(struct({ at: timestamp, celsius: nullable(float64) }))),
});
const Pin = schema({ id: utf8, followers: int32 });
declare function flowOf<F extends Fields>(schema: Schema<F>): Flow<F>;
declare function rowOf<F extends Fields>(flow: Flow<F, Mode>): Row<F>;
const messages = flowOf(Message);
const pins = flowOf(Pin);
declare const totals: Flow<typeof Pin.fields, 'upsert'>;

test('where, withColumn and mapRows know the row', () => {
  const popular = pins.pipe(
    where((pin) => pin.followers > 1 && pin.id.length > 0),
    withColumn('big', bool, (pin) => pin.followers > 1e6),
  );
  expectTypeOf(rowOf(popular)).toEqualTypeOf<{
    id: string;
    followers: number;
    big: boolean;
  }>();
  const Out = schema({ name: nullable(utf8) });
  const mapped = pins.pipe(mapRows(Out, (pin) => ({ name: pin.id === '' ? null : pin.id })));
  expectTypeOf(rowOf(mapped)).toEqualTypeOf<{ name: string | null }>();
  // @ts-expect-error no such field
  pins.pipe(where((pin) => pin.folowers > 1));
  // @ts-expect-error text where a number is declared
  pins.pipe(withColumn('big', int32, (pin) => pin.id));
  // @ts-expect-error there is such a field
  pins.pipe(withColumn('id', int32, (pin) => pin.followers));
  // @ts-expect-error a field is missing
  pins.pipe(mapRows(Out, () => ({})));
});

test('select and rename', () => {
  const chosen = pins.pipe(select('followers'), rename({ followers: 'n' }));
  expectTypeOf(rowOf(chosen)).toEqualTypeOf<{ n: number }>();
  const exchanged = pins.pipe(rename({ id: 'followers', followers: 'id' }));
  expectTypeOf(rowOf(exchanged)).toEqualTypeOf<{ followers: string; id: number }>();
  // @ts-expect-error no such field
  pins.pipe(select('folowers'));
  // @ts-expect-error nothing is named
  pins.pipe(select());
  // @ts-expect-error no such field
  pins.pipe(rename({ folowers: 'n' }));
  // @ts-expect-error there is such a field
  pins.pipe(rename({ id: 'followers' }));
});

test('flatten gives the members of structs, or one column', () => {
  const readings = messages.pipe(flatten('readings'));
  expectTypeOf(rowOf(readings)).toEqualTypeOf<{
    device: string;
    tags: string[];
    at: Date;
    celsius: number | null;
  }>();
  expectTypeOf(readings.schema.fields.at).toEqualTypeOf<typeof timestamp>();
  const tags = messages.pipe(flatten('tags'), select('device', 'tags'));
  expectTypeOf(rowOf(tags)).toEqualTypeOf<{ device: string; tags: string }>();
  const named = messages.pipe(flatten('tags', { as: 'tag' }), select('tag'));
  expectTypeOf(rowOf(named)).toEqualTypeOf<{ tag: string }>();
  const split = pins.pipe(clean({ id: text().split(',') }), flatten('id'));
  expectTypeOf(rowOf(split)).toEqualTypeOf<{ id: string; followers: number }>();
  // @ts-expect-error it is no list
  messages.pipe(flatten('device'));
  // @ts-expect-error there is such a field
  messages.pipe(flatten('tags', { as: 'device' }));
  const Clash = schema({ at: timestamp, readings: list(struct({ at: timestamp })) });
  // @ts-expect-error a member has the name of a field
  flowOf(Clash).pipe(flatten('readings'));
});

test('union takes the same fields, neither fewer nor more', () => {
  expectTypeOf(pins.pipe(union(pins))).toEqualTypeOf<Flow<typeof Pin.fields>>();
  const fewer = pins.pipe(select('id'));
  const more = pins.pipe(withColumn('big', bool, () => true));
  // @ts-expect-error a field is missing
  pins.pipe(union(fewer));
  // @ts-expect-error a field too many
  pins.pipe(union(more));
});

test('branch gives flows by name', () => {
  const { big, small } = pins.pipe(branch({ big: (pin) => pin.followers > 9, small: () => true }));
  expectTypeOf(big).toEqualTypeOf<Flow<typeof Pin.fields>>();
  expectTypeOf(small.pipe(select('id')).schema.fields.id).toEqualTypeOf(utf8);
});

test('withMetadata', () => {
  const stamped = pins.pipe(withMetadata({ key: 'k', brokerTime: 'arrived', headers: 'h' }));
  expectTypeOf(rowOf(stamped)).toEqualTypeOf<{
    id: string;
    followers: number;
    k: Uint8Array | null;
    arrived: Date | null;
    h: { readonly name: string; readonly value: Uint8Array | null }[];
  }>();
  // @ts-expect-error there is such a field
  pins.pipe(withMetadata({ key: 'id' }));
  // @ts-expect-error records carry no such thing
  pins.pipe(withMetadata({ offset: 'o' }));
});

test('upsert flows keep their mode, and may lose no row', () => {
  const shaped = totals.pipe(
    withColumn('big', bool, (row) => row.followers > 9),
    rename({ followers: 'n' }),
    select('id', 'n'),
  );
  expectTypeOf(shaped.mode).toEqualTypeOf<'upsert'>();
  expectTypeOf(totals.pipe(mapRows(Pin, (row) => row)).mode).toEqualTypeOf<'upsert'>();
  // @ts-expect-error a row that no longer matches would leave the old one
  totals.pipe(where(() => true));
  // @ts-expect-error the same: the old row would stay
  totals.pipe(branch({ all: () => true }));
  // @ts-expect-error the same: the old row would stay
  totals.pipe(union(totals));
});

test('a reusable piece stays generic', () => {
  const piece = <F extends { followers: typeof int32 }>(flow: Flow<F>) =>
    flow.pipe(
      where((row) => row.followers > 0),
      withColumn('popular', bool, (row) => row.followers > 9),
    );
  expectTypeOf(rowOf(pins.pipe(piece))).toEqualTypeOf<{ id: string; followers: number; popular: boolean }>();
});
