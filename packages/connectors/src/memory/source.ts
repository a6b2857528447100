import { millraceError } from '@millrace/core';
import type { Pull, SourceReader } from '@millrace/core/connector';
import type { NoRecords, TopicLog } from './topic-log.js';

/** Reads a topic. The log may be in the process or in a folder. */
export function topicReader(label: string, log: TopicLog): SourceReader {
  const waiting = new Set<() => void>();

  const refuse = async (partition: number, position: number, why: NoRecords): Promise<never> => {
    const { start, end } = (await log.bounds())[partition]!;
    if (why === 'below') {
      throw millraceError('MILLRACE_SOURCE_TRUNCATED', { source: label, partition, position, start });
    }
    throw millraceError('MILLRACE_SOURCE_BEYOND_END', { source: label, partition, position, end });
  };

  return {
    identity: `memory/${log.id}`,
    partitions: () => log.bounds(),
    async read(partition, position, maxRows): Promise<Pull> {
      // Asked before reading: what was sealed before the end was seen has no records behind it.
      const sealed = await log.sealed();
      const found = await log.read(partition, position, maxRows);
      if (found === 'end') return sealed ? { kind: 'end' } : { kind: 'caughtUp' };
      if (typeof found === 'string') return refuse(partition, position, found);
      return { kind: 'records', records: found };
    },
    arrival(partition, position, signal) {
      return new Promise((resolve) => {
        const done = (): void => {
          unwatch();
          waiting.delete(done);
          signal.removeEventListener('abort', done);
          resolve();
        };
        const check = (): void => {
          arrived(log, partition, position).then(
            (yes) => {
              if (yes) done();
            },
            // The next read says what is wrong.
            done,
          );
        };
        const unwatch = log.watch(check);
        waiting.add(done);
        signal.addEventListener('abort', done);
        if (signal.aborted) done();
        else check();
      });
    },
    async close() {
      for (const done of [...waiting]) done();
    },
  };
}

async function arrived(log: TopicLog, partition: number, position: number): Promise<boolean> {
  return (await log.sealed()) || (await log.read(partition, position, 1)) !== 'end';
}
