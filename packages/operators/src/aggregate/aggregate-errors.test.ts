import {
  bool,
  decimal,
  float64,
  int64,
  isMillraceError,
  schema,
  timestamp,
  utf8,
  type Fields,
  type Flow,
} from '@millrace/core';
import { runFlow } from '@millrace/core/testing';
import { from } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { eventTime } from '../event-time/event-time.js';
import { tumbling } from '../window/tumbling.js';
import { agg } from './agg.js';
import { aggregate } from './aggregate.js';

const Event = schema({
  at: timestamp,
  category: utf8,
  x: float64,
  big: int64,
  flag: bool,
  fare: decimal(10, 2),
  windowEnd: timestamp,
});
type Options = Record<string, unknown>;

// As from plain JavaScript, where nothing was said when it was written.
function failure(options: unknown, apply: (events: Flow<Fields>) => unknown = (events) => events): Error {
  let error: unknown;
  runFlow(
    Event,
    (events) => {
      try {
        (aggregate as (given: unknown) => (flow: unknown) => unknown)(options)(apply(events));
      } catch (thrown) {
        error = thrown;
      }
      return events;
    },
    [],
  );
  if (!(error instanceof Error)) throw new Error('Nothing was refused.');
  return error;
}
const timed = (events: Flow<Fields>): unknown =>
  (events as unknown as Flow<typeof Event.fields>).pipe(eventTime('at', { maxOutOfOrderness: '5s' }));
const compute = { n: agg.count() };

describe('mistakes are refused where the graph is built, on the line that made them', () => {
  test('all of one call at once', () => {
    const options: Options = {
      window: tumbling('1m'),
      by: ['categroy', 'windowEnd', 'x'],
      compute: {
        a: agg.sum('category'),
        b: agg.max('flag'),
        c: agg.first('nope'),
        x: agg.mean('big'),
        windowStart: agg.count(),
      },
      name: 'popularity',
    };
    const error = failure(options);
    if (!isMillraceError(error)) throw error;
    expect(error.issues.map(({ code, sentence }) => [code, sentence])).toEqual([
      ['MILLRACE_FIELD_MISSING', 'aggregate "popularity" groups by "categroy", which its input does not have.'],
      ['MILLRACE_FIELD_KIND', 'aggregate "popularity" takes the sum of "category", which is utf8 where int32, float64 or decimal is needed.'],
      ['MILLRACE_FIELD_KIND', 'aggregate "popularity" takes the max of "flag", which is bool where a number, timestamp or utf8 is needed.'],
      ['MILLRACE_FIELD_MISSING', 'aggregate "popularity" takes the first of "nope", which its input does not have.'],
      ['MILLRACE_FIELD_KIND', 'aggregate "popularity" takes the mean of "big", which is int64 where int32 or float64 is needed.'],
      ['MILLRACE_FIELD_COLLISION', 'aggregate "popularity" makes a field "windowEnd", but that name is a bound of the window\'s already.'],
      ['MILLRACE_FIELD_COLLISION', 'aggregate "popularity" makes a field "x", but that name is a field that it groups by already.'],
      ['MILLRACE_FIELD_COLLISION', 'aggregate "popularity" makes a field "windowStart", but that name is a bound of the window\'s already.'],
      ['MILLRACE_TIME_MISSING', 'aggregate "popularity" needs event time, and its input has none.'],
    ]); // prettier-ignore
    expect(error.where).toContain('aggregate-errors.test.ts');
    expect(error.message).toContain("Write 'category'.");
  });

  test('the sum of an int64 field, which would be rounded', () => {
    expect(isMillraceError(failure({ compute: { s: agg.sum('big') } }), 'MILLRACE_FIELD_KIND')).toBe(true);
  });

  test('the mean of a decimal field, which would be rounded', () => {
    const error = failure({ compute: { s: agg.mean('fare') } });
    expect(String(error)).toContain('takes the mean of "fare", which is decimal where int32 or float64 is needed.');
  });

  test('a window without event time, and none with it', () => {
    expect(isMillraceError(failure({ window: tumbling('1m'), compute }), 'MILLRACE_TIME_MISSING')).toBe(true);
    expect(() => failure({ window: tumbling('1m'), compute }, timed)).toThrow('Nothing was refused.');
  });

  test('without a window the names of its bounds are free', () => {
    expect(() => failure({ by: 'windowEnd', compute: { windowStart: agg.min('at') } })).toThrow('Nothing was refused.');
  });

  test('a field twice', () => {
    expect(isMillraceError(failure({ by: ['x', 'x'], compute }), 'MILLRACE_FIELD_COLLISION')).toBe(true);
  });

  test('what is no flow', () => {
    expect(
      isMillraceError(
        failure({ compute }, () => from([1])),
        'MILLRACE_NOT_A_FLOW',
      ),
    ).toBe(true);
  });

  test.each([
    ['no options', undefined, 'its argument'],
    ['a window that is a text', { window: '1m', compute }, 'window'],
    ['fields that are no texts', { by: [1], compute }, 'by'],
    ['nothing to compute', {}, 'compute'],
    ['no computed column', { compute: {} }, 'compute'],
    ['a computed column that is a text', { compute: { n: 'count' } }, 'compute.n'],
    ['an aggregate that was not called', { compute: { n: agg.count } }, 'compute.n'],
    ['a name that is no text', { compute, name: 1 }, 'name'],
  ])('%s', (_, options, option) => {
    const error = failure(options);
    expect(isMillraceError(error, 'MILLRACE_OPTION_INVALID') && error.data.option).toBe(option);
  });
});
