import { millraceError } from '@millrace/core';
import type { PartitionRun } from '../topic-log.js';
import type { TopicFiles } from './topic-files.js';
import { claimTopic, sealTopic, type Writer } from './writer.js';

/** Appends to one topic, from this process. */
export interface AppendQueue {
  readonly append: (runs: readonly PartitionRun[]) => Promise<void>;
  readonly seal: () => Promise<void>;
}

interface Request {
  readonly runs: readonly PartitionRun[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Appends one after the other; what is asked for while one is under way shares the next one's syncs. The topic is
 * claimed at the first append, and again after one has failed, since its bytes may stand in the file in part.
 */
export function appendQueue(files: TopicFiles, name: string, changed: () => void): AppendQueue {
  let writer: Writer | undefined;
  let waiting: Request[] = [];
  let turn: Promise<void> = Promise.resolve();

  const appendWaiting = async (): Promise<void> => {
    const requests = waiting;
    waiting = [];
    if (requests.length === 0) return;
    try {
      // Only so that nothing is written in vain: the claim decides.
      if (await files.sealed()) throw millraceError('MILLRACE_TOPIC_SEALED', { topic: name });
      writer ??= await claimTopic(files, name);
      const outcomes = await writer.append(requests.map(({ runs }) => runs));
      requests.forEach(({ resolve, reject }, index) => {
        const error = outcomes[index];
        if (error === undefined) resolve();
        else reject(error);
      });
    } catch (error) {
      writer = undefined;
      for (const { reject } of requests) reject(error);
    }
    changed();
  };
  const sealNow = async (): Promise<void> => {
    writer = undefined;
    await sealTopic(files);
    changed();
  };

  return {
    append(runs) {
      return new Promise((resolve, reject) => {
        waiting.push({ runs, resolve, reject });
        turn = turn.then(appendWaiting);
      });
    },
    seal() {
      const sealed = turn.then(sealNow);
      turn = sealed.catch(() => undefined);
      return sealed;
    },
  };
}
