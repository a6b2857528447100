import type { Producer } from 'kafkajs';
import { millraceError } from '@millrace/core';
import type { Staged } from '@millrace/core/connector';
import type { KafkaClient } from '../client/client.js';
import { isOutOfRange } from '../client/failures.js';
import { readRange } from '../records/read-range.js';
import { chunkBytes, messagesIn } from './chunk.js';
import { bytesAt, sizeOf, type Message } from './message.js';
import { sendingInOrder } from './outbox.js';
import type { SendMessages } from './producer.js';
import { sidePartitions } from './side-topic.js';

/** Rows on their way into the topic beside, in the order of `add`. */
export interface Staging {
  add(messages: readonly Message[]): void;
  /** Undefined while there is room; else resolves when there is. */
  readonly room: () => Promise<void> | undefined;
  /** Cuts: gives what resolves to where the rows since the last cut lie. Null where there are none. */
  seal(): () => Promise<StagedRange | null>;
}

/** Where the rows of one stage lie: chunks of one writer, between two offsets. */
export interface StagedRange {
  readonly from: number;
  readonly to: number;
  readonly writer: string;
  readonly firstChunk: number;
  readonly chunks: number;
}

/** What staging has to know. */
export interface StagingOptions {
  readonly server: string;
  readonly producer: Producer;
  readonly send: SendMessages;
  readonly sideTopic: string;
  /** Bytes of rows that are written at once, and later copied at once. */
  readonly chunkSize: number;
  readonly patienceMs: number;
  readonly signal: AbortSignal;
}

/** Stages rows under a name of its own: what another process stages at the same time is not taken for it. */
export function staging(options: StagingOptions): Staging {
  const { server, producer, send, sideTopic, chunkSize, patienceMs, signal } = options;
  const writer = crypto.randomUUID();
  const outbox = sendingInOrder(server, patienceMs, signal);
  let pending: Message[] = [];
  let pendingBytes = 0;
  let nextChunk = 0;
  let stage = { offsets: [] as number[], firstChunk: 0 };

  function flush(): void {
    if (pending.length === 0) return;
    const { offsets } = stage;
    const value = chunkBytes(pending);
    const message = { partition: sidePartitions.staged, key: `${writer}:${nextChunk++}`, value };
    pending = [];
    pendingBytes = 0;
    outbox.add(value.length, async () => {
      const [written] = await send(producer, sideTopic, [message]);
      offsets.push(Number(written!.baseOffset));
    });
  }

  return {
    add(messages) {
      for (const message of messages) {
        const size = sizeOf(message);
        if (pendingBytes + size > chunkSize) flush();
        pending.push(message);
        pendingBytes += size;
      }
    },
    room: outbox.room,
    seal() {
      flush();
      const sealed = stage;
      const sent = outbox.sent();
      const chunks = nextChunk - sealed.firstChunk;
      stage = { offsets: [], firstChunk: nextChunk };
      return async () => {
        await sent;
        if (chunks === 0) return null;
        const { offsets, firstChunk } = sealed;
        return { from: Math.min(...offsets), to: Math.max(...offsets) + 1, writer, firstChunk, chunks };
      };
    },
  };
}

/** The rows of a stage, chunk by chunk, each once however often it was written. */
export async function* stagedMessages(
  client: KafkaClient,
  sideTopic: string,
  staged: Staged,
): AsyncGenerator<Message[]> {
  const { from, to, writer, firstChunk, chunks } = staged as unknown as StagedRange;
  let next = firstChunk;
  const end = firstChunk + chunks;
  try {
    for await (const { length, keys, values } of readRange(client, sideTopic, sidePartitions.staged, from, to)) {
      for (let row = 0; row < length && next < end; row++) {
        if (Buffer.from(bytesAt(keys, row)!).toString() !== `${writer}:${next}`) continue;
        next++;
        yield messagesIn(bytesAt(values, row)!);
      }
    }
  } catch (error) {
    if (!isOutOfRange(error)) throw error;
  }
  if (next === end) return;
  throw millraceError('MILLRACE_CHECKPOINT_UNREADABLE', {
    object: `${sideTopic}/${sidePartitions.staged}/${from}–${to - 1}`,
    problem: 'rows that were staged there are gone',
  });
}
