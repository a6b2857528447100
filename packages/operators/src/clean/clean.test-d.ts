import { float64, int32, nullable, schema, utf8, type Fields, type Flow, type Row, type Schema } from '@millrace/core';
import { expectTypeOf, test } from 'vitest';
import { clean, number, required, text } from '../index.js';

const RawPin = schema({
  index: int32,
  unique_id: utf8,
  followers: utf8,
  at: utf8,
  score: float64,
  title: nullable(utf8),
});
declare function flowOf<F extends Fields>(schema: Schema<F>): Flow<F>;
declare function rowOf<F extends Fields>(flow: Flow<F>): Row<F>;
const raw = flowOf(RawPin);

test('a rule gives the column its type', () => {
  const cleaned = raw.pipe(
    clean({
      index: number().bool(),
      followers: text().trim().nullIf('User Info Error').abbreviatedNumber(),
      at: text().timestamp({ zone: 'UTC' }),
      title: text().split(','),
    }),
  );
  expectTypeOf(rowOf(cleaned)).toEqualTypeOf<{
    index: boolean;
    unique_id: string;
    followers: number | null;
    at: Date;
    score: number;
    title: string[] | null;
  }>();
});

test('nulls come where the input has them, or a rule gives them, and end with a default', () => {
  const cleaned = raw.pipe(
    clean({
      followers: text().integer().orNull(),
      unique_id: text().nullIf('').default('none'),
      title: text().lowerCase().default('untitled'),
      at: text().decimal(10, 2),
    }),
  );
  expectTypeOf(rowOf(cleaned).followers).toEqualTypeOf<number | null>();
  expectTypeOf(rowOf(cleaned).unique_id).toEqualTypeOf<string>();
  expectTypeOf(rowOf(cleaned).title).toEqualTypeOf<string>();
  expectTypeOf(rowOf(cleaned).at).toEqualTypeOf<string>();
});

test('required ends nulls', () => {
  const cleaned = raw.pipe(required('title'));
  expectTypeOf(rowOf(cleaned).title).toEqualTypeOf<string>();
  // @ts-expect-error no such field
  raw.pipe(required('tilte'));
});

test('wrong fields, kinds and modes do not compile', () => {
  // @ts-expect-error no such field
  raw.pipe(clean({ nope: text().trim() }));
  // @ts-expect-error a rule for text on a number
  raw.pipe(clean({ index: text().trim() }));
  // @ts-expect-error a rule for numbers on text
  raw.pipe(clean({ unique_id: number().bool() }));
  expectTypeOf(text().integer()).not.toHaveProperty('trim'); // a number cannot be trimmed
  // @ts-expect-error a default of another type
  text().integer().default('0');
  const upsert = raw as unknown as Flow<typeof raw.schema.fields, 'upsert'>;
  // @ts-expect-error a rejected row would leave the one that it replaces
  upsert.pipe(clean({ unique_id: text().trim() }));
});
