import { expect, test } from 'vitest';
import { contextOf } from '../testing/index.js';
import type { Call } from './connection.js';
import { earlyRowsOf } from './early.js';
import type { Server } from './server.js';

test('early rows are settled when the watermark has risen, and not with every checkpoint', async () => {
  const asked: Call[] = [];
  const answers = [0, 1, 0];
  const ask: Server['ask'] = async (...calls) => {
    asked.push(...calls);
    const answer = answers.shift();
    if (answer === undefined) throw new Error('gone');
    return [answer];
  };
  const server: Server = { ask, attempt: ask, close: () => undefined };
  const early = earlyRowsOf({ server, label: 'v', head: 'v', key: ['id'], context: contextOf(), part: 'L1' }, 'h');
  const watermarks = (): unknown[] => asked.map((call) => call.args[1]);
  for (const watermark of [1000, 1000, 999, 2000, 2000]) await early.settle(watermark);
  // The second one took two steps.
  expect(watermarks()).toEqual(['1000', '2000', '2000']);
  // What could not be asked is asked again.
  await expect(early.settle(3000)).rejects.toThrow('gone');
  answers.push(0);
  await early.settle(3000);
  expect(watermarks()).toEqual(['1000', '2000', '2000', '3000', '3000']);
});
