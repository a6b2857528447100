import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chunkBytes, messagesIn } from './chunk.js';
import type { Message } from './message.js';

const bytes = fc.option(fc.uint8Array({ maxLength: 400 }), { nil: null });
// Text or bytes: a record has bytes.
const header = fc.tuple(fc.string(), fc.oneof(fc.string(), fc.uint8Array({ maxLength: 20 })));
const message = fc.record({
  partition: fc.nat(1000),
  key: bytes,
  value: bytes,
  headers: fc.array(header, { maxLength: 3 }),
});

function inBytes({ partition, key, value, headers }: Message): object {
  const hex = (content: string | Uint8Array | null): string | null => content && Buffer.from(content as Uint8Array).toString('hex'); // prettier-ignore
  return { partition, key: key && hex(key), value: value && hex(value), headers: headers.map(([name, content]) => [name, hex(content)]) }; // prettier-ignore
}

test('a chunk gives back the records that it was made of', () => {
  fc.assert(
    fc.property(fc.array(message, { maxLength: 20 }), (messages) => {
      expect(messagesIn(chunkBytes(messages)).map(inBytes)).toEqual(messages.map(inBytes));
    }),
  );
});
