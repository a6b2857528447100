import type { Source, SourceContext, SourceReader } from '../connector/source.js';
import { millraceError } from '../error/millrace-error.js';

/**
 * The lake, then the topic from the next offset on (law 8): every offset below the end of the lake's partition is read
 * from the lake, and every other one from the topic. Refused where the lake is not an archive of this topic; where the
 * topic no longer has the offset that follows, its own reader says so.
 */
export async function openHandoff(replay: Source, live: Source, context: SourceContext): Promise<SourceReader> {
  const lake = await replay.open(context);
  let topic: SourceReader;
  try {
    topic = await live.open(context);
  } catch (error) {
    await lake.close();
    throw error;
  }
  if (lake.identity !== topic.identity) {
    await Promise.all([lake.close(), topic.close()]);
    const [was, is] = [lake.identity, topic.identity];
    throw millraceError('MILLRACE_SOURCE_CHANGED', { source: live.label, was, is, archive: replay.label });
  }
  const archived = new Map((await lake.partitions()).map((each) => [each.partition, each]));

  return {
    identity: topic.identity,
    async partitions() {
      const partitions = await topic.partitions();
      // One that the lake does not have begins in the topic, at its first offset of all: what is gone there is in neither.
      return partitions.map((each) => ({ ...each, start: archived.get(each.partition)?.start ?? 0 }));
    },
    async read(partition, position, maxRows) {
      if (position >= (archived.get(partition)?.end ?? 0)) return topic.read(partition, position, maxRows);
      const pull = await lake.read(partition, position, maxRows);
      if (pull.kind === 'records') return pull;
      const problem = `the lake said "${pull.kind}" at offset ${position}, before its own end`;
      throw millraceError('MILLRACE_INTERNAL', { problem });
    },
    arrival: (partition, position, signal) => topic.arrival(partition, position, signal),
    async close() {
      await Promise.all([lake.close(), topic.close()]);
    },
  };
}
