import type { Producer } from 'kafkajs';
import type { Batch, SinkWriter } from '@millrace/core/connector';
import { inChunks } from './limits.js';
import { kafkaJsMessage, sizeOf, type MessagesOf } from './message.js';
import { sendingInOrder } from './outbox.js';
import type { SendMessages } from './producer.js';

/** What it has to know. */
export interface DirectWriterOptions {
  readonly server: string;
  readonly producer: Producer;
  readonly send: SendMessages;
  readonly topic: string;
  readonly messagesOf: MessagesOf;
  /** Bytes of rows that are written at once. */
  readonly chunkSize: number;
  /** The checkpoint that the run starts from. */
  readonly restored: number;
  readonly patienceMs: number;
  /** Looks whether the topic has grown; where it has, `grown` is called before the first row is placed by that. */
  readonly lookAgain: (grown?: () => void) => Promise<void>;
  readonly close: () => Promise<void>;
  readonly signal: AbortSignal;
}

/** Writes rows at once: at least once, since those behind the last checkpoint are written again after a crash. */
export function directWriter(options: DirectWriterOptions): SinkWriter {
  const { server, producer, send, topic, messagesOf, chunkSize, patienceMs, signal, lookAgain, close } = options;
  const outbox = sendingInOrder(server, patienceMs, signal);
  let published = options.restored;
  let sealed: Promise<void> = Promise.resolve();
  return {
    published: async () => published,
    write(batch: Batch) {
      for (const messages of inChunks(messagesOf(batch), chunkSize)) {
        const bytes = messages.reduce((sum, message) => sum + sizeOf(message), 0);
        outbox.add(bytes, async () => {
          await send(producer, topic, messages.map(kafkaJsMessage));
        });
      }
    },
    room: outbox.room,
    seal() {
      sealed = outbox.sent();
    },
    async stage() {
      await sealed;
      // kafkajs learns of new partitions when it connects, and drops what is for others.
      await lookAgain(() =>
        outbox.add(0, async () => {
          await producer.disconnect();
          await producer.connect();
        }),
      );
      return null;
    },
    async publish({ checkpoint }) {
      published = Math.max(published, checkpoint);
    },
    close,
  };
}
