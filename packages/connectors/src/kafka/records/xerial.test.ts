import { expect, test } from 'vitest';
import { isXerial, unframed } from './xerial.js';

const head = [0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1];

test('blocks come out of the frame that Java puts around them; what has none is left alone', () => {
  const framed = Buffer.from([...head, 0, 0, 0, 2, 9, 8, 0, 0, 0, 1, 7]);
  expect(isXerial(framed)).toBe(true);
  expect(unframed(framed)).toEqual([Buffer.from([9, 8]), Buffer.from([7])]);
  expect(isXerial(Buffer.from([5, 16, 1, 2, 3, 4, 5]))).toBe(false);
  expect(() => unframed(framed.subarray(0, framed.length - 1))).toThrow('cut off');
});
