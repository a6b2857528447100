import { describe, expect, it } from 'vitest';
import { murmur2, partitionOfKey } from './murmur2.js';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('murmur2', () => {
  // The vectors of Kafka's own test (UtilsTest.testMurmur2).
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('of %j is %d', (text, hash) => {
    expect(murmur2(bytes(text))).toBe(hash);
  });

  it('gives a partition without its sign', () => {
    expect(partitionOfKey(bytes('21'), 10)).toBe((-973932308 & 0x7fffffff) % 10);
  });
});
