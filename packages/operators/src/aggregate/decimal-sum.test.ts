import { decimal, isMillraceError, nullable, schema, timestamp, utf8, type Flow } from '@millrace/core';
import { runFlow, type FlowStep } from '@millrace/core/testing';
import { describe, expect, test } from 'vitest';
import { eventTime } from '../event-time/event-time.js';
import { tumbling } from '../window/tumbling.js';
import { agg } from './agg.js';
import { aggregate } from './aggregate.js';

const Fare = schema({ at: timestamp, zone: utf8, total: decimal(38, 2) });
type Fares = typeof Fare.fields;
const most = `${'9'.repeat(36)}.99`;
const fare = (total: string): FlowStep<Fares> => ({ rows: [{ at: new Date(0), zone: 'a', total }] });
const graph = (fares: Flow<Fares>) =>
  fares.pipe(
    eventTime('at', { maxOutOfOrderness: '5s' }),
    aggregate({ window: tumbling('1m'), by: 'zone', compute: { total: agg.sum('total') }, name: 'turnover' }),
  );

describe('a sum of decimals', () => {
  test('of 38 digits is exact', () => {
    expect(runFlow(Fare, graph, [fare(most), { end: true }]).outputs['out']).toMatchObject([{ total: most }]);
  });

  test('past them fails on the final value, naming window and key', () => {
    let error: unknown;
    try {
      runFlow(Fare, graph, [fare(most), fare('0.01'), { end: true }]);
    } catch (thrown) {
      error = thrown;
    }
    expect(isMillraceError(error, 'MILLRACE_SUM_OVERFLOW') && error.data).toEqual({
      operator: 'aggregate "turnover"',
      column: 'total',
      key: 'zone = "a"',
      window: '[1970-01-01T00:00:00.000Z, 1970-01-01T00:01:00.000Z)',
      limit: '38 digits',
    });
    expect(String(error)).toContain('is past 38 digits, the most that a decimal holds.');
    expect((error as { where?: string }).where).toContain('decimal-sum.test.ts');
  });

  test('that was past them on the way, and through a restart, does not fail', () => {
    const steps = [
      fare(most),
      fare(most),
      { restart: { tasks: 3 } } as const,
      fare(`-${most}`),
      { end: true } as const,
    ];
    expect(runFlow(Fare, graph, steps).outputs['out']).toMatchObject([{ total: most }]);
  });

  test('keeps its scale with its state, since sums of another scale would be read wrongly', () => {
    const format = (scale: number): string => {
      let text = '';
      const Scaled = schema({ total: nullable(decimal(10, scale)) });
      runFlow(
        Scaled,
        (fares) => {
          const flow = fares.pipe(aggregate({ compute: { total: agg.sum('total') } }));
          text = flow.node.state!.format;
          expect(flow.schema.fields.total).toEqual(nullable(decimal(38, scale)));
          return flow;
        },
        [],
      );
      return text;
    };
    expect(format(2)).toContain('total: sum(total) as sum:decimal(38,2)?');
    expect(format(4)).not.toBe(format(2));
  });
});
