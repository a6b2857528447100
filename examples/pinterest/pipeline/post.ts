import type { EmulatedRecord } from '../records/emulator.js';
import { emulatePosts, type Post } from '../records/posts.js';
import { rightAnswer, type RightAnswer } from '../records/right-answer.js';

/** What became of the posts, and what must come of them. */
export interface Posted {
  /** By path, what the broker has acknowledged. */
  readonly taken: Readonly<Record<Post['path'], number>>;
  /** Refused by the API (400), since nothing could have read them. */
  readonly refused: number;
  readonly ms: number;
  readonly answer: RightAnswer;
}

/** So few that what they turn around is far less than the disorder that the graph waits for. */
const connections = 24;

/** Posts `pins` pins to the API at `url`, with places and users. `onProgress` is told how many pins are taken. */
export async function postAll(url: string, pins: number, onProgress: (taken: number) => void): Promise<Posted> {
  const startedAt = performance.now();
  const taken = { '/pin': 0, '/geo': 0, '/user': 0 };
  let refused = 0;
  let nextKey = 0;
  const isTaken = new Map<EmulatedRecord, boolean>();
  const posts = emulatePosts({ pins });
  // Several take from one generator: each post is sent once, and in turn.
  const sender = async (): Promise<void> => {
    for (const post of posts) {
      const status = await send(url, post, `${post.path}/${nextKey++}`);
      if (status === 202) taken[post.path]++;
      else refused++;
      if ('record' in post) isTaken.set(post.record, status === 202);
      onProgress(taken['/pin']);
    }
  };
  const tally = rightAnswer();
  await Promise.all(Array.from({ length: connections }, sender));
  const inOrder = [...isTaken].sort(([a], [b]) => a.brokerTime - b.brokerTime);
  for (const [record, is] of inOrder) if (is) tally.add(asTaken(record));
  return { taken, refused, ms: performance.now() - startedAt, answer: tally.answer() };
}

/** Some of what no topic should hold is none to the API: a list of one pin is one pin. */
function asTaken(record: EmulatedRecord): EmulatedRecord {
  const { facts } = record;
  return facts.fate === 'source' ? { ...record, facts: { ...facts, fate: 'good' } } : record;
}

/** Posts until there is an answer that lasts: 202 or a refusal. By its key a post that comes again is known as the same. */
async function send(url: string, { path, body }: Post, key: string): Promise<number> {
  for (;;) {
    const request = {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: body as string,
    };
    const response = await fetch(url + path, request);
    await response.arrayBuffer();
    const { status } = response;
    if (status === 202 || status === 400) return status;
    if (status !== 429 && status !== 503) throw new Error(`The API answers ${status} to a post to ${path}.`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
