import { expect, test } from 'vitest';
import { WireReader } from './wire-reader.js';
import { WireWriter } from './wire-writer.js';

test('what is written is read, also where the buffer has to grow within a number', () => {
  for (const before of [0, 250, 253, 254, 255, 256]) {
    const to = new WireWriter().bytes(new Uint8Array(before).fill(9));
    to.int8(-1)
      .int16(-2)
      .int32(-3)
      .int64(-(2 ** 50))
      .uvarint(2 ** 40)
      .text('é')
      .compactText('')
      .noTags();
    const from = new WireReader(to.buffer);
    expect(from.bytes(before)).toEqual(Buffer.alloc(before, 9));
    expect([from.int8(), from.int16(), from.int32(), from.int64(), from.uvarint()]).toEqual([
      -1,
      -2,
      -3,
      -(2 ** 50),
      2 ** 40,
    ]);
    expect([from.text(), from.compactText()]).toEqual(['é', '']);
    from.skipTags();
    expect(from.offset).toBe(to.offset);
  }
});

test('reading past the end throws', () => {
  expect(() => new WireReader(Buffer.alloc(3)).int32()).toThrow(RangeError);
  expect(() => new WireReader(Buffer.alloc(3)).bytes(4)).toThrow(RangeError);
});
