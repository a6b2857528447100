import type { SinkWriter, Staged } from '@millrace/core/connector';
import type { Committer } from './committer.js';
import type { DirectWriterOptions } from './direct-writer.js';
import type { MessagesOf } from './message.js';
import { staging, type StagedRange, type StagingOptions } from './staging.js';

/** Writes rows exactly once: into the topic beside as they come, and out of it by one transaction per checkpoint. */
export function stagedWriter(
  options: StagingOptions & Pick<DirectWriterOptions, 'lookAgain'>,
  messagesOf: MessagesOf,
  commits: Committer,
  close: () => Promise<void>,
): SinkWriter {
  const aside = staging(options);
  const sealed = new Map<number, () => Promise<StagedRange | null>>();
  return {
    published: () => commits.published(),
    write: (batch) => aside.add(messagesOf(batch)),
    room: aside.room,
    seal(checkpoint) {
      sealed.set(checkpoint, aside.seal());
    },
    async stage(checkpoint): Promise<Staged> {
      const range = await sealed.get(checkpoint)!();
      sealed.delete(checkpoint);
      await options.lookAgain();
      return range === null ? null : { ...range };
    },
    publish: (publication) => commits.publish(publication),
    async close() {
      await commits.close();
      await close();
    },
  };
}
