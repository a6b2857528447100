import { float64, list, nullable, schema, struct, timestamp, utf8, type Flow } from '@millrace/core';
import { agg, aggregate, clean, dedup, eventTime, flatten, mapRows, text, tumbling } from '@millrace/operators';
import { expect, test } from 'vitest';
import { runSample } from './run-sample.js';

// Messages of sensors: the device under two names, one reading or many, seconds, milliseconds or ISO text, degrees of
// two kinds, numbers as text, sentinels, and a clock that started in 1970.

const Message = schema({
  deviceId: nullable(utf8),
  timestamp: nullable(timestamp),
  values: nullable(struct({ temp: utf8, unit: nullable(utf8) })),
  data: nullable(list(struct({ t: timestamp, temp: float64 }))),
  bn: nullable(utf8),
  bt: nullable(float64),
  u: nullable(utf8),
  v: nullable(float64),
});
type Message = typeof Message.fields;

const Readings = schema({ device: utf8, readings: list(struct({ at: timestamp, degrees: utf8, unit: utf8 })) });
const Reading = schema({ device: utf8, at: timestamp, celsius: float64 });

const graph = (messages: Flow<Message>) => {
  const readings = messages.pipe(
    mapRows(Readings, ({ deviceId, bn, timestamp: at, values, data, bt, u, v }) => {
      const device = deviceId ?? bn;
      if (device === null) throw new Error('no device');
      if (data !== null) {
        return { device, readings: data.map(({ t, temp }) => ({ at: t, degrees: String(temp), unit: 'C' })) };
      }
      if (values !== null && at !== null) {
        return { device, readings: [{ at, degrees: values.temp, unit: values.unit ?? 'C' }] };
      }
      if (bt === null || v === null) throw new Error('no reading');
      return { device, readings: [{ at: new Date(Math.round(bt * 1000)), degrees: String(v), unit: u ?? 'C' }] };
    }),
    flatten('readings'),
    clean({ degrees: text().number(), unit: text().oneOf('C', 'F') }),
    mapRows(Reading, ({ device, at, degrees, unit }) => {
      const celsius = unit === 'F' ? ((degrees - 32) * 5) / 9 : degrees;
      if (celsius < -50 || celsius > 60) throw new Error('out of range');
      if (at.getUTCFullYear() < 2001) throw new Error('its clock was not set');
      return { device, at, celsius };
    }),
    eventTime('at', { maxOutOfOrderness: '1m' }),
    dedup({ by: ['device', 'at'], within: '1h' }),
  );
  const compute = { readings: agg.count(), celsius: agg.mean('celsius') } as const;
  return { readings, minutes: readings.pipe(aggregate({ window: tumbling('1m'), by: 'device', compute })) };
};

const records = [
  '{"deviceId":"d1","timestamp":1772452800000,"values":{"temp":"21.5","unit":"C"}}',
  '{"bn":"d1","bt":1.77245281E9,"n":"temp","u":"F","v":72.5}',
  '{"deviceId":"d1","timestamp":"2026-03-02T12:00:20Z","values":{"temp":-999,"unit":"C"}}',
  '{"deviceId":"d1","timestamp":1772452800000,"values":{"temp":"21.5","unit":"C"}}',
  '{"deviceId":"d1","data":[{"t":1772452830000,"temp":23.0},{"t":1772452865000,"temp":24.0},{"t":5000,"temp":20.0}]}',
  '{"deviceId":"d1","timestamp":1772452840000,"values":{"temp":"NaN"}}',
];

test('average degrees per device and minute; three readings are rejected and one is a repeat', async () => {
  const { rows, rejected, late, ledger } = await runSample(Message, graph, [records]);
  expect(rows.readings.map(({ at, celsius }) => [at, celsius])).toEqual([
    [new Date('2026-03-02T12:00:00Z'), 21.5],
    [new Date('2026-03-02T12:00:10Z'), 22.5],
    [new Date('2026-03-02T12:00:30Z'), 23],
    [new Date('2026-03-02T12:01:05Z'), 24],
  ]);
  expect(rows.minutes.map(({ readings, celsius }) => [readings, Number((celsius as number).toFixed(2))])).toEqual([
    [3, 22.33],
    [1, 24],
  ]);
  // A number where text is declared is rejected when it is read, before any rule sees that it is −999.
  expect(rejected).toEqual([
    'MILLRACE_DECODE_TYPE values.temp',
    'MILLRACE_ROW_FUNCTION ',
    'MILLRACE_RULE_FAILED degrees',
  ]);
  expect(late).toEqual([]);
  expect(ledger['readings/dedup(device, at)']).toMatchObject({ in: 5, taken: 4, duplicate: 1 });
});
