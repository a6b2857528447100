import { sidePartitions } from './side-topic.js';
import type { KafkaClient } from '../client/client.js';
import { readRange } from '../records/read-range.js';
import { bytesAt } from './message.js';

/** What a sink has published last, and whose it is. */
export interface Progress {
  readonly lineage: string;
  readonly job: string;
  readonly published: number;
}

/** Progress, and the offset of the record that says so. */
export interface FoundProgress extends Progress {
  readonly offset: number;
}

/** The last progress that was committed: to be read by who can be the only one to commit the next. */
export async function readProgress(client: KafkaClient, sideTopic: string): Promise<FoundProgress | undefined> {
  const { progress } = sidePartitions;
  const from = (await client.offsets(sideTopic, 'start'))[progress]!;
  const to = (await client.offsets(sideTopic, 'high'))[progress]!;
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
