import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chunkBytes, messagesIn } from './chunk.js';

const bytes = fc.option(fc.uint8Array({ maxLength: 400 }), { nil: null });
const header = fc.tuple(fc.string(), fc.string());
const message = fc.record({
  partition: fc.nat(1000),
  key: bytes,
  value: bytes,
  headers: fc.array(header, { maxLength: 3 }),
});

test('a chunk gives back the records that it was made of', () => {
  fc.assert(
    fc.property(fc.array(message, { maxLength: 20 }), (messages) => {
      const plain = messagesIn(chunkBytes(messages)).map(({ key, value, ...rest }) => {
        return { ...rest, key: key && new Uint8Array(key), value: value && new Uint8Array(value) };
      });
      expect(plain).toEqual(messages);
    }),
  );
});
