import { expect, test } from 'vitest';
import { sendingQueue } from './sending-queue.js';

test('parts are sent one after the other, in their order', async () => {
  const queue = sendingQueue(100);
  const told: string[] = [];
  for (const part of ['a', 'b', 'c']) {
    queue.add(1, async () => {
      told.push(`${part} begins`);
      await Promise.resolve();
      told.push(`${part} ends`);
    });
  }
  await queue.sent();
  expect(told).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
});

test('it asks to wait while more is unsent than it will hold', async () => {
  const queue = sendingQueue(10);
  queue.add(10, async () => undefined);
  expect(queue.room()).toBeUndefined();
  queue.add(1, async () => undefined);
  await queue.room();
  expect(queue.room()).toBeUndefined();
});

test('once a part could not be sent no other is, and whoever asks for room is told', async () => {
  const queue = sendingQueue(10);
  const gone = new Error('gone');
  const sent: string[] = [];
  queue.add(1, () => Promise.reject(gone));
  queue.add(1, async () => sent.push('after'));
  await expect(queue.sent()).rejects.toBe(gone);
  await expect(queue.room()).rejects.toBe(gone);
  expect(sent).toEqual([]);
});
