import { float64, int32, nullable, schema, utf8, type Flow } from '@millrace/core';
import { agg, aggregate, clean, eventTime, mapRows, text, tumbling } from '@millrace/operators';
import { expect, test } from 'vitest';
import { runSample } from './run-sample.js';

// Taxi trips in New York: local times without a zone, money, and a tail of rows without passengers.

const RawTrip = schema({
  pickup: utf8,
  dropoff: utf8,
  passengers: nullable(float64),
  miles: float64,
  zone: int32,
  fare: utf8,
  total: utf8,
});
type RawTrip = typeof RawTrip.fields;

const zone = 'America/New_York';
const month = { from: new Date('2021-01-01T05:00:00Z'), to: new Date('2021-02-01T05:00:00Z') };

function trips(raw: Flow<RawTrip>) {
  const cleaned = raw.pipe(
    clean({
      pickup: text().timestamp({ zone }),
      dropoff: text().timestamp({ zone }),
      fare: text().decimal(10, 2),
      total: text().decimal(10, 2),
    }),
  );
  return cleaned.pipe(
    mapRows(cleaned.schema, (trip) => {
      if (trip.pickup < month.from || trip.pickup >= month.to) throw new Error('not of this month');
      if (trip.dropoff < trip.pickup) throw new Error('ends before it begins');
      return trip;
    }),
    eventTime('pickup', { maxOutOfOrderness: '1h' }),
  );
}

const graph = (raw: Flow<RawTrip>) => {
  const all = trips(raw);
  // Exact, also where fares cancel others.
  const compute = { trips: agg.count(), revenue: agg.sum('total'), passengers: agg.max('passengers') } as const;
  return { all, hours: all.pipe(aggregate({ window: tumbling('1h'), by: 'zone', compute })) };
};

const lines = [
  '2021-01-01 00:30:10,2021-01-01 00:36:12,1.0,2.10,142,8.00,11.80',
  '2021-01-01 00:59:59,2021-01-01 01:12:00,,9.70,132,42.00,51.95',
  '2021-01-01 00:31:49,2021-01-01 00:48:21,1.0,4.94,142,-16.50,-24.36',
  '2021-01-01 00:31:49,2021-01-01 00:48:21,1.0,4.94,142,16.50,24.36',
  '2008-12-31 23:05:00,2008-12-31 23:15:00,1.0,1.00,142,6.00,8.30',
  '2021-01-01 01:00:00,2021-01-01 00:50:00,2.0,3.00,132,12.00,15.10',
];
const records = lines.map((line) => {
  const [pickup, dropoff, passengers, miles, zoneId, fare, total] = line.split(',');
  return JSON.stringify({
    pickup,
    dropoff,
    passengers: passengers === '' ? null : Number(passengers),
    miles: Number(miles),
    zone: Number(zoneId),
    fare,
    total,
  });
});

test('trips and revenue per zone and hour of New York', async () => {
  const { rows, rejected, late, ledger } = await runSample(RawTrip, graph, [records]);
  expect(rows.hours.map(({ zone, windowStart, trips, revenue, passengers }) => [zone, windowStart, trips, revenue, passengers]).sort()).toEqual([
    [132, new Date('2021-01-01T05:00:00Z'), 1, '51.95', null],
    [142, new Date('2021-01-01T05:00:00Z'), 3, '11.80', 1],
  ]); // prettier-ignore
  expect(rows.all.map(({ total }) => total)).toEqual(['11.80', '51.95', '-24.36', '24.36']);
  expect(rejected).toEqual(['MILLRACE_ROW_FUNCTION ', 'MILLRACE_ROW_FUNCTION ']);
  expect(late).toEqual([]);
  expect(ledger['all/mapRows']).toMatchObject({ in: 6, taken: 4, rejected: 2 });
});
