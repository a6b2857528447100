import { memoryStore, schema, type Source, start, utf8 } from '@millrace/core';
import { memory } from '@millrace/connectors/memory';
import { sourceContract, type SourceSubject } from '@millrace/connectors/testing';
import { setImmediate } from 'node:timers/promises';
import { describe, it } from 'vitest';
import { archive, lake } from '../index.js';
import type { ArchiveTable } from './archive-table.js';

const Line = schema({ id: utf8 });

/** Archives what the topic has now. */
async function archiveNow(topic: Source, table: ArchiveTable): Promise<void> {
  const handle = start(archive({ from: topic, to: table, flushRows: 4 }), { mode: 'live', report: false });
  const isReadUp = (): boolean => {
    const { sources, state } = handle.metrics();
    const partitions = sources['lines']!.partitions;
    return state !== 'running' || (partitions.length > 0 && partitions.every((each) => each.state !== 'reading'));
  };
  while (!isReadUp()) await setImmediate();
  await handle.stop();
}

/** A topic as its archive shows it, made at every opening: what comes afterwards is not in the pinned version. */
async function subject(): Promise<SourceSubject> {
  const topic = memory().topic('lines', Line, { partitions: 3 });
  const table = lake({ root: memoryStore() }).table('lines', Line);
  let ended = false;
  const archived: Source = {
    ...table,
    async open(context) {
      await archiveNow(topic, table);
      const reader = await table.open(context);
      const goesOn: typeof reader.read = async (partition, position, maxRows) => {
        const pull = await reader.read(partition, position, maxRows);
        // The contract speaks of a source that may go on. A table never does; the driver asks its topic then.
        return pull.kind === 'end' && !ended ? { kind: 'caughtUp' } : pull;
      };
      return { ...reader, read: goesOn };
    },
  };
  return {
    source: archived,
    again: async () => archived,
    append: (partition, records) => topic.append(records.map((record) => ({ ...record, partition }))),
    skipTo: (partition, offset) => topic.skipTo(partition, offset),
    deleteBefore: (partition, offset) => topic.deleteBefore(partition, offset),
    end: () => {
      ended = true;
      return topic.end();
    },
    addPartitions: (count) => topic.addPartitions(count),
  };
}

const pinned = 'a replay pins the version that it has opened, and the case appends afterwards';
const knownGaps = {
  'an ended source gives what it has, then its end': pinned,
  'arrival sees what another process does': pinned,
  'a partition that is added starts at 0, and the number never shrinks': pinned,
};

sourceContract({ describe, it }, { name: 'lake archive', make: subject, knownGaps });
