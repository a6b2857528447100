import { int32, schema } from '@millrace/core';
import { expect, test } from 'vitest';
import { memory } from './memory.js';

test('topics are gone with the process, but for those in a folder', () => {
  const Event = schema({ n: int32 });
  expect(memory().topic('events', Event).inProcess).toBe(true);
  expect(memory({ folder: 'never-made' }).topic('events', Event).inProcess).toBe(false);
});
