import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memory, type MemoryTopic } from '@millrace/connectors/memory';
import type { TestRecord } from '@millrace/core/testing';
import { afterEach, beforeEach } from 'vitest';
import { fill, RawPin } from '../../laws/pin-graph.js';

/** Folders of a test, gone behind it. */
export function folders(): (name: string) => string {
  let root = '';
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'millrace-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));
  return (name) => join(root, name);
}

/**
 * The topic of pins in `folder`, made with so many partitions. Records that name no time get the same one, wherever they
 * are written.
 */
export function topicIn(folder: string, partitions = 3): MemoryTopic<RawPin> {
  const clock = (): number => Date.UTC(2026, 0, 5, 12);
  return memory({ folder: join(folder, 'data'), clock }).topic('pins', RawPin, { partitions });
}

/** Writes all records into a new topic, and ends it. */
export async function filled(folder: string, records: readonly (readonly TestRecord[])[]): Promise<void> {
  await fill(topicIn(folder), records);
  await topicIn(folder).end();
}
