import { expect, test } from 'vitest';
import { groupedBy } from '../exchange/grouped-by.js';
import { rejectedOf } from '../side/side-output.js';
import { int32, utf8 } from '../schema/column-type.js';
import { schema } from '../schema/schema.js';
import { verify } from '../testing/verify.js';

const Pin = schema({ id: utf8, n: int32 });
const pin = (id: string, n: number): string => JSON.stringify({ id, n });

test('law 2: a graph without operators gives every record once, in every history', async () => {
  const report = await verify({
    inputs: Pin,
    graph: (pins) => ({ pins, bad: rejectedOf(pins) }),
    records: [
      Array.from({ length: 40 }, (_, i) => pin(`a${i}`, i)),
      [pin('b0', 0), '{"id":"torn', { pauseMs: 100 }, pin('b1', 1), '{"id":7,"n":1}'],
      [],
    ],
    histories: 16,
  });
  expect(report.result.outputs['pins']?.rows).toBe(42);
  expect(report.result.ledger['source(source)']).toMatchObject({ in: 44, taken: 42, rejected: 2 });
});

test('law 2: an exchange between tasks loses and doubles nothing', async () => {
  await verify({
    inputs: Pin,
    graph: (pins) => ({ pins: groupedBy(pins, ['id']) }),
    records: [0, 1, 2].map((p) => Array.from({ length: 30 }, (_, i) => pin(`k${(i * 7) % 11}`, p))),
    histories: 16,
  });
});
