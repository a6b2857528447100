import { expect, test } from 'vitest';
import { sourceBatch } from '../job/source-batch.js';
import { recordsOf } from '../connector/records-of.js';
import { silentLogger } from '../metrics/logger.js';
import { sampledLog } from './sampled-log.js';

test('law 3: what is put aside is said now and then: where and why, and no value', () => {
  const said: [object, string][] = [];
  const log = sampledLog({ ...silentLogger, warn: (fields, message) => void said.push([fields, message]) });
  const batch = sourceBatch('pins', recordsOf(2, ['{"secret":1}', '{"secret":2}'], { offset: 7 }), {}, []);
  const reason = { row: 1, code: 'MILLRACE_LATE', field: '', sentence: 'It was late.' };
  for (let count = 0; count < 250; count += 2) log.say('late', 'eventTime(at)', batch, reason, count, 2);
  expect(said.map(([fields]) => (fields as { late: number }).late)).toEqual([2, 10, 100]);
  expect(said[0]).toEqual([
    { operator: 'eventTime(at)', source: 'pins', partition: 2, offset: 8, code: 'MILLRACE_LATE', field: '', late: 2 },
    'It was late.',
  ]);
  expect(JSON.stringify(said)).not.toContain('secret');
});
