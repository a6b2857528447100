import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { schema, utf8 } from '@millrace/core';
import { sourceContract, type SourceSubject } from '../testing/index.js';
import { memory, type Memory } from './index.js';

const Event = schema({ id: utf8 });

sourceContract({ describe, it }, { name: 'memory in the process', make: async () => subject(memory, async () => {}) });

sourceContract(
  { describe, it },
  {
    name: 'memory in a folder',
    async make() {
      const folder = await mkdtemp(join(tmpdir(), 'millrace-'));
      return subject(
        () => memory({ folder }),
        () => rm(folder, { recursive: true }),
      );
    },
  },
);

function subject(make: () => Memory, dispose: () => Promise<void>): SourceSubject {
  const first = make();
  const topic = first.topic('events', Event, { partitions: 3 });
  // What is in the process is shared by handle, not by place.
  const other = make === memory ? first : make();
  return {
    source: topic,
    again: async () => other.topic('events', Event, { partitions: 3 }),
    append: (partition, records) => topic.append(records.map((record) => ({ ...record, partition }))),
    skipTo: (partition, offset) => topic.skipTo(partition, offset),
    deleteBefore: (partition, offset) => topic.deleteBefore(partition, offset),
    end: () => topic.end(),
    addPartitions: (count) => topic.addPartitions(count),
    dispose,
  };
}
