import { isMillraceError } from '@millrace/core';
import type { IngestedRecord, IngestionTopic } from './options.js';

/** What writes posts to one topic, many at once. */
export interface Batches {
  /** Resolves when the broker has acknowledged all records of a post. */
  add(records: readonly IngestedRecord[], bytes: number): Promise<void>;
  /** Writes what waits without lingering, now and from now on. */
  hurry(): void;
  /** How often something was written. */
  readonly written: number;
}

interface Waiting {
  readonly records: readonly IngestedRecord[];
  readonly bytes: number;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/** Bytes of records from which on a batch lingers no longer. */
const enoughBytes = 512 * 1024;

/**
 * One write at a time, so that records are in the topic in the order in which they were taken; what comes meanwhile is the
 * next batch.
 */
export function batchesTo(topic: IngestionTopic, lingerMs: number): Batches {
  let waiting: Waiting[] = [];
  let bytes = 0;
  let isWriting = false;
  let isHurried = false;
  let timer: NodeJS.Timeout | undefined;
  let written = 0;

  async function append(posts: readonly Waiting[]): Promise<void> {
    written++;
    await topic.append(posts.flatMap(({ records }) => records));
  }

  /** Where it is the fault of one post, and not of the server, the others do not fail with it. */
  async function writeEach(posts: readonly Waiting[]): Promise<void> {
    for (const post of posts) await append([post]).then(post.done, post.failed);
  }

  async function write(posts: readonly Waiting[]): Promise<void> {
    try {
      await append(posts);
      for (const { done } of posts) done();
    } catch (error) {
      const isOfServer = !isMillraceError(error) || error.retryable;
      if (!isOfServer && posts.length > 1) return writeEach(posts);
      for (const { failed } of posts) failed(error);
    }
  }

  async function writeAll(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (isWriting) return;
    isWriting = true;
    while (waiting.length > 0) {
      const posts = taken(waiting);
      waiting = waiting.slice(posts.length);
      bytes -= posts.reduce((sum, post) => sum + post.bytes, 0);
      await write(posts);
    }
    isWriting = false;
  }

  return {
    get written() {
      return written;
    },
    add(records, size) {
      return new Promise((done, failed) => {
        waiting.push({ records, bytes: size, done, failed });
        bytes += size;
        if (isHurried || bytes >= enoughBytes) void writeAll();
        else timer ??= setTimeout(() => void writeAll(), lingerMs);
      });
    },
    hurry() {
      isHurried = true;
      void writeAll();
    },
  };
}

/** The first posts, as many as are written at once. */
function taken(waiting: readonly Waiting[]): readonly Waiting[] {
  let bytes = 0;
  const end = waiting.findIndex((post) => {
    bytes += post.bytes;
    return bytes > enoughBytes;
  });
  return end === -1 ? waiting : waiting.slice(0, Math.max(1, end));
}
