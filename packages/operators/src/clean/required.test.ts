import { int32, nullable, schema, utf8 } from '@millrace/core';
import { runFlow } from '@millrace/core/testing';
import { expect, test } from 'vitest';
import { required } from './required.js';

const Reading = schema({ device: nullable(utf8), value: nullable(int32), unit: utf8 });

test('rejects a record once, for the first field that is null', () => {
  const { outputs, rejected, ledgers } = runFlow(Reading, (readings) => readings.pipe(required('device', 'value')), [
    {
      rows: [
        { device: 'd1', value: 1, unit: 'C' },
        { device: null, value: null, unit: 'C' },
        { device: 'd2', value: null, unit: 'F' },
        { device: '', value: 0, unit: '' },
      ],
    },
  ]);
  expect(outputs['out']).toEqual([
    { device: 'd1', value: 1, unit: 'C' },
    { device: '', value: 0, unit: '' },
  ]);
  expect(rejected.map(({ offset, field, sentence }) => [offset, field, sentence])).toEqual([
    [1n, 'device', '"device" is null or missing.'],
    [2n, 'value', '"value" is null or missing.'],
  ]);
  expect(ledgers['out/required(device, value)']).toMatchObject({ in: 4, taken: 2, rejected: 2 });
});

test('behind it the fields are not nullable, and it asks for them whatever else is needed', () => {
  runFlow(
    Reading,
    (readings) => {
      const { node, schema: made } = readings.pipe(required('device'));
      expect(made.fields).toMatchObject({ device: { nullable: false }, value: { nullable: true } });
      expect([...node.needs(new Set(['unit']))[0]!].sort()).toEqual(['device', 'unit']);
      return readings;
    },
    [],
  );
  expect(() => runFlow(Reading, (readings) => readings.pipe(required('devise' as 'device')), [])).toThrow(
    "Write 'device'",
  );
});
