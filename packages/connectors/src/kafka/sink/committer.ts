import type { Kafka as KafkaJs, Producer, Transaction } from 'kafkajs';
import { isMillraceError } from '@millrace/core';
import type { Publication, SinkContext, Staged } from '@millrace/core/connector';
import { pause, type KafkaClient } from '../client/client.js';
import { isFenced, mayPass, serverFailure } from '../client/failures.js';
import { kafkaJsMessage } from './message.js';
import { transactionalProducer, type SendMessages } from './producer.js';
import { progressMessage, readProgress, requireOwner, type FoundProgress, type Progress } from './progress.js';
import { sidePartitions, type Beside } from './side-topic.js';
import { stagedMessages } from './staging.js';

/** Makes stages visible, each once, whoever else tries. */
export interface Committer {
  /** The last checkpoint of this lineage that is visible; −1 where none is. */
  published(): Promise<number>;
  /** Makes this lineage the owner where there is none, without a row. */
  claim(): Promise<void>;
  publish(publication: Publication): Promise<void>;
  close(): Promise<void>;
}

/** What a committer has to know. */
export interface CommitterOptions extends Beside {
  readonly client: KafkaClient;
  readonly kafkaJs: KafkaJs;
  readonly send: SendMessages;
  readonly label: string;
  readonly topic: string;
  readonly context: SinkContext;
  readonly patienceMs: number;
  readonly signal: AbortSignal;
}

/** A producer that was the newest of its name when it read how far the sink has come. */
interface Ready {
  readonly producer: Producer;
  /** The transaction by which it became the newest; begun, with nothing in it. */
  transaction: Transaction | undefined;
  progress: FoundProgress | undefined;
}

// Whoever is to publish makes itself the only one who can: the brokers refuse what an older producer of the same name
// goes on to write. Only then it reads how far the sink has come, so nobody can come in between. The rows and the next
// progress are one transaction. Where its outcome is not known, all of it is done again, from the beginning.

/** Nothing is connected before it is asked. */
export function committer(options: CommitterOptions): Committer {
  const { client, kafkaJs, sideTopic, transactionalId, context, label, patienceMs, signal } = options;
  const { lineage, job } = context;
  let ready: Ready | undefined;

  async function drop(): Promise<void> {
    const dropped = ready?.producer;
    ready = undefined;
    await dropped?.disconnect().catch(() => undefined);
  }

  async function makeReady(): Promise<Ready> {
    if (ready !== undefined) return ready;
    const producer = transactionalProducer(kafkaJs, transactionalId);
    ready = { producer, transaction: undefined, progress: undefined };
    await producer.connect();
    // kafkajs makes a producer the newest of its name when its first transaction begins.
    ready.transaction = await producer.transaction();
    ready.progress = await readProgress(client, sideTopic, 'high');
    return ready;
  }

  /** Until it is done, or can not be. */
  async function again<T>(attempt: (now: Ready) => Promise<T>): Promise<T> {
    const until = Date.now() + patienceMs;
    let wasUnreadable = false;
    for (let waitMs = 20; ; waitMs = Math.min(2 * waitMs, 1000)) {
      const isFresh = ready === undefined;
      try {
        const now = await makeReady();
        requireOwner(label, context, now.progress);
        return await attempt(now);
      } catch (error) {
        await drop();
        // What was known may be out of date, and be so only since it was read: another process has gone on, and cleaned up
        // behind itself. Its progress tells.
        const isOutOfDate = !isFresh || (isUnreadable(error) && !wasUnreadable);
        wasUnreadable ||= isUnreadable(error);
        if (isOutOfDate && !signal.aborted) continue;
        if (signal.aborted || !(mayPass(error) || isFenced(error)) || Date.now() > until) {
          throw serverFailure(client.server, error);
        }
        // Several that make themselves the newest in step would do so for ever.
        await pause(waitMs * (0.5 + Math.random()), signal);
      }
    }
  }

  return {
    published: () => again(async ({ progress }) => progress?.published ?? -1),
    claim: () =>
      again(async (now) => {
        now.progress ??= await commit(options, now, null, { lineage, job, published: -1 });
      }),
    async publish(publication) {
      const { checkpoint, staged } = publication;
      await again(async (now) => {
        if ((now.progress?.published ?? -1) >= checkpoint) return;
        now.progress = await commit(options, now, staged, { lineage, job, published: checkpoint });
        await cleanUp(options, publication, now.progress.offset);
      });
    },
    close: drop,
  };
}

function isUnreadable(error: unknown): boolean {
  return isMillraceError(error) && error.code === 'MILLRACE_CHECKPOINT_UNREADABLE';
}

async function commit(
  { client, send, topic, sideTopic }: CommitterOptions,
  now: Ready,
  staged: Staged,
  progress: Progress,
): Promise<FoundProgress> {
  const transaction = now.transaction ?? (await now.producer.transaction());
  now.transaction = undefined;
  try {
    if (staged !== null) {
      for await (const messages of stagedMessages(client, sideTopic, staged)) {
        await send(transaction, topic, messages.map(kafkaJsMessage));
      }
    }
    const [written] = await send(transaction, sideTopic, [progressMessage(progress)]);
    await transaction.commit();
    return { ...progress, offset: Number(written!.baseOffset) };
  } catch (error) {
    await abort(transaction);
    throw error;
  }
}

// If it cannot be aborted, the next producer of the name does it.
async function abort(transaction: Transaction): Promise<void> {
  if (transaction.isActive()) await transaction.abort().catch(() => undefined);
}

/** Removes what is published. Whoever cannot has more to read at the next start, and loses nothing. */
async function cleanUp(
  { client, sideTopic, context }: CommitterOptions,
  { staged }: Publication,
  offset: number,
): Promise<void> {
  try {
    if (staged !== null) await client.deleteBefore(sideTopic, sidePartitions.staged, staged['to'] as number);
    if (offset > 0) await client.deleteBefore(sideTopic, sidePartitions.progress, offset);
  } catch (error) {
    const { message } = error as Error;
    context.logger.warn({ topic: sideTopic, message }, 'What is published cannot be deleted yet.');
  }
}
