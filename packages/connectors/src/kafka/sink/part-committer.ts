import { patiently } from '../client/client.js';
import { committer, type Committer, type CommitterOptions } from './committer.js';
import { readProgress, requireOwner } from './progress.js';
import { besideOf, type Beside } from './side-topic.js';

// A topic has one owner for ever, since it only grows; that is said beside the topic itself, where a job that runs as a
// whole keeps its progress. Each part of a job that a group has spread has all else of its own: what it has staged, how
// far it is, and who is the newest. So nobody waits for another part, and who has lost one can show nothing of it.

/** Makes the stages of one part of a job visible, once the topic belongs to the job's history. */
export function partCommitter(options: Omit<CommitterOptions, keyof Beside>, domain: string): Committer {
  const { client, topic, label, context, patienceMs, signal } = options;
  const whole = { ...options, ...besideOf(topic) };
  const part = committer({ ...options, ...besideOf(topic, domain) });
  let isOwned = false;

  /** Refuses the topic of another. Who looks does not make itself the newest, or would hinder one that claims. */
  async function look(): Promise<void> {
    if (isOwned) return;
    const progress = await patiently(client.server, patienceMs, signal, () =>
      readProgress(client, whole.sideTopic, 'committed'),
    );
    requireOwner(label, context, progress);
    isOwned = progress !== undefined;
  }

  async function claim(): Promise<void> {
    await look();
    if (isOwned) return;
    const claiming = committer(whole);
    try {
      await claiming.claim();
      isOwned = true;
    } finally {
      await claiming.close();
    }
  }

  return {
    async published() {
      await look();
      return part.published();
    },
    claim,
    async publish(publication) {
      await claim();
      await part.publish(publication);
    },
    close: () => part.close(),
  };
}
