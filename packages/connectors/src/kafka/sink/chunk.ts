import { WireReader } from '../protocol/wire-reader.js';
import { WireWriter } from '../protocol/wire-writer.js';
import type { Message, MessageHeader } from './message.js';

// Many records as the value of one: a staged row costs no record of its own.

/** Records as bytes. */
export function chunkBytes(messages: readonly Message[]): Buffer {
  const to = new WireWriter().uvarint(messages.length);
  for (const { partition, key, value, headers } of messages) {
    to.uvarint(partition);
    for (const part of [key, value]) {
      if (part === null) to.uvarint(0);
      else to.uvarint(part.length + 1).bytes(part);
    }
    to.uvarint(headers.length);
    for (const [name, content] of headers) {
      const bytes = Buffer.from(content as Uint8Array);
      to.compactText(name).uvarint(bytes.length).bytes(bytes);
    }
  }
  return to.buffer;
}

/** The records that a chunk was made of. */
export function messagesIn(bytes: Uint8Array): Message[] {
  const from = new WireReader(Buffer.from(bytes));
  const part = (): Uint8Array | null => {
    const size = from.uvarint();
    return size === 0 ? null : from.bytes(size - 1);
  };
  return Array.from({ length: from.uvarint() }, () => {
    const partition = from.uvarint();
    const [key, value] = [part(), part()];
    const headers = Array.from({ length: from.uvarint() }, (): MessageHeader => [
      from.compactText(),
      from.bytes(from.uvarint()),
    ]);
    return { partition, key, value, headers };
  });
}
