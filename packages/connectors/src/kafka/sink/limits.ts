import type { Kafka as KafkaJs } from 'kafkajs';
import { millraceError } from '@millrace/core';
import { loadKafkaJs } from '../client/load-kafkajs.js';
import { sizeOf, type Message, type MessagesOf } from './message.js';

/** What Kafka takes in one batch unless a topic says otherwise. */
const defaultLimit = 1_048_588;
/** The head of a batch, and what a record has beside its key, value and headers. */
const overhead = 100;
const chunkBytesMax = 512 * 1024;

/** How many bytes one batch of a topic may have. Where a user may not ask, Kafka's default is taken. */
export async function batchLimit(kafkaJs: KafkaJs, topic: string): Promise<number> {
  const admin = kafkaJs.admin();
  try {
    await admin.connect();
    const { ConfigResourceTypes } = await loadKafkaJs();
    const resources = [{ type: ConfigResourceTypes.TOPIC, name: topic, configNames: ['max.message.bytes'] }];
    const { resources: found } = await admin.describeConfigs({ resources, includeSynonyms: false });
    return Number(found[0]?.configEntries[0]?.configValue ?? defaultLimit);
  } catch {
    return defaultLimit;
  } finally {
    await admin.disconnect();
  }
}

/** How many bytes of records are sent at once. */
export function chunkSizeFor(limit: number): number {
  return Math.min(chunkBytesMax, Math.floor(limit / 2));
}

/**
 * Refuses a row that the topic would not take: before a checkpoint counts on it. Behind that it could neither be written
 * nor left out.
 */
export function withinLimit(sink: string, output: string, limit: number, messagesOf: MessagesOf): MessagesOf {
  return (batch) => {
    const messages = messagesOf(batch);
    for (const message of messages) {
      const size = sizeOf(message) + overhead;
      if (size <= limit) continue;
      throw millraceError('MILLRACE_SINK_UNFIT', {
        sink,
        output,
        problem: `a row takes ${size} bytes, and the topic takes ${limit}`,
        fix: 'Raise max.message.bytes of the topic, or leave fields out before.',
      });
    }
    return messages;
  };
}

/** What one record, and one write, of a topic may have. */
export interface RecordRoom {
  readonly chunkSize: number;
  /** @throws MillraceError `MILLRACE_OPTION_INVALID` for a record that the topic would not take. */
  readonly check: (messages: readonly Message[]) => void;
}

/** Asks a topic what it takes. */
export async function recordRoom(kafkaJs: KafkaJs, subject: string, topic: string): Promise<RecordRoom> {
  const limit = await batchLimit(kafkaJs, topic);
  return {
    chunkSize: chunkSizeFor(limit),
    check(messages) {
      const size = messages.reduce((max, message) => Math.max(max, sizeOf(message) + overhead), 0);
      if (size <= limit) return;
      const problem = `takes ${size} bytes, and the topic takes ${limit}`;
      throw millraceError('MILLRACE_OPTION_INVALID', { subject, option: 'value', problem, fix: 'Raise max.message.bytes of the topic.' }); // prettier-ignore
    },
  };
}

/** Records in groups that are sent at once. */
export function* inChunks(messages: readonly Message[], chunkSize: number): Generator<Message[]> {
  let chunk: Message[] = [];
  let bytes = 0;
  for (const message of messages) {
    const size = sizeOf(message);
    if (chunk.length > 0 && bytes + size > chunkSize) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
    chunk.push(message);
    bytes += size;
  }
  if (chunk.length > 0) yield chunk;
}
