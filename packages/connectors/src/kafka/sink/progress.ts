import { millraceError } from '@millrace/core';
import type { SinkContext } from '@millrace/core/connector';
import type { KafkaClient } from '../client/client.js';
import { isOutOfRange } from '../client/failures.js';
import { readRange } from '../records/read-range.js';
import { bytesAt } from './message.js';
import { sidePartitions } from './side-topic.js';

/** What a sink has published last, and whose it is. */
export interface Progress {
  readonly lineage: string;
  readonly job: string;
  /** The number of a checkpoint; −1 where the topic has an owner, and shows nothing of it as a whole. */
  readonly published: number;
}

/** Progress, and the offset of the record that says so. */
export interface FoundProgress extends Progress {
  readonly offset: number;
}

/**
 * The last progress that was committed. Up to the `high` end it waits for what is open, and nothing can follow: for who is
 * the only one that can commit the next. Up to the `committed` end it waits for nobody, and more may have come since.
 */
export async function readProgress(
  client: KafkaClient,
  sideTopic: string,
  end: 'high' | 'committed',
): Promise<FoundProgress | undefined> {
  for (;;) {
    try {
      return await lastProgress(client, sideTopic, end);
    } catch (error) {
      // Deleted since it was asked where it lies: then there is a newer one.
      if (!isOutOfRange(error)) throw error;
    }
  }
}

async function lastProgress(
  client: KafkaClient,
  sideTopic: string,
  end: 'high' | 'committed',
): Promise<FoundProgress | undefined> {
  const { progress } = sidePartitions;
  const from = (await client.offsets(sideTopic, 'start'))[progress]!;
  const to = (await client.offsets(sideTopic, end))[progress]!;
  let found: FoundProgress | undefined;
  for await (const { length, values, offsets } of readRange(client, sideTopic, progress, from, to)) {
    if (length === 0) continue;
    const text = Buffer.from(bytesAt(values, length - 1)!).toString();
    found = { ...(JSON.parse(text) as Progress), offset: offsets[length - 1]! };
  }
  return found;
}

/** The record that says how far a sink has come. */
export function progressMessage(progress: Progress): { partition: number; key: string; value: string } {
  return { partition: sidePartitions.progress, key: 'progress', value: JSON.stringify(progress) };
}

/** Refuses a topic that shows the results of another history. */
export function requireOwner(sink: string, { lineage, job }: SinkContext, progress: Progress | undefined): void {
  if (progress === undefined || progress.lineage === lineage) return;
  const owner = `job "${progress.job}", lineage ${progress.lineage}`;
  throw millraceError('MILLRACE_LINEAGE_FOREIGN', { sink, owner, job });
}
