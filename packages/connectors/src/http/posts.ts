import { isMillraceError } from '@millrace/core';
import { accepted, failed, later, refused, rejected } from './answers.js';
import { batchesTo, type Batches } from './batches.js';
import { full, readBody, unfitBody, type Body } from './body.js';
import { knownPosts } from './known-posts.js';
import { postBytes, recordBytes, type IngestionRoute, type IngestionSettings } from './options.js';
import { recordsReader } from './records-in.js';
import type { Room } from './room.js';

/** What takes the posts to one path. */
export interface Posts {
  /** Answers one post: when its records are acknowledged, or as soon as it is known that they will not be. */
  readonly take: (request: Request) => Promise<Response>;
  readonly batches: Batches;
  /** Records acknowledged, and records that were no rows of the schema. */
  readonly counts: { readonly accepted: number; readonly rejected: number };
}

/** Takes the posts to one path, in a room that paths share. */
export function postsTo(route: IngestionRoute, settings: IngestionSettings, room: Room): Posts {
  const { bodyMax, lingerMs, acknowledgeMs, idempotencyKeys, recordsMax } = settings;
  const batches = batchesTo(route.topic, lingerMs);
  const known = knownPosts(idempotencyKeys);
  const recordsOf = recordsReader(route, recordsMax);
  const counts = { accepted: 0, rejected: 0 };

  /** Gives the answer, or the promise of how many records are acknowledged; releases the body when that settles. */
  function begin({ bytes, release }: Body, key: string | undefined): Response | Promise<number> {
    const before = key === undefined ? undefined : known.find(key, bytes);
    if (before !== undefined) {
      release();
      return before === 'other' ? refused(422, 'The Idempotency-Key was used before, with another body.') : before;
    }
    const posted = recordsOf(bytes, key);
    if (!('records' in posted)) {
      release();
      if ('tooMany' in posted) return refused(413, `The body has more than ${posted.tooMany} records.`);
      counts.rejected += posted.rejected.length;
      return rejected(posted.rejected, posted.isList);
    }
    const { records } = posted;
    // A body of many small records takes far more than its bytes.
    const beside = Math.max(0, records.length - 1) * recordBytes;
    if (!room.take(beside)) {
      release();
      return full();
    }
    const outcome = batches.add(records, bytes.length).then(() => {
      counts.accepted += records.length;
      return records.length;
    });
    const settled = (): void => {
      room.give(beside);
      release();
    };
    outcome.then(settled, settled);
    if (key !== undefined) known.add(key, bytes, outcome);
    return outcome;
  }

  return {
    batches,
    counts,
    async take(request) {
      const unfit = unfitBody(request.headers, bodyMax) ?? unfitKey(request.headers);
      if (unfit !== undefined) return unfit;
      if (!room.take(postBytes)) return full();
      const body = await readBody(request, bodyMax, room).finally(() => room.give(postBytes));
      if (body instanceof Response) return body;
      const begun = begin(body, request.headers.get('idempotency-key') ?? undefined);
      return begun instanceof Response ? begun : answerTo(begun, acknowledgeMs);
    },
  };
}

function unfitKey(headers: Headers): Response | undefined {
  const key = headers.get('idempotency-key');
  if (key === null || /^[\x21-\x7e]{1,255}$/.test(key)) return undefined;
  return refused(400, 'The Idempotency-Key must be 1 to 255 visible ASCII characters.');
}

/** Waits for the broker, but not for ever: what it does later can be asked for by the same key. */
async function answerTo(outcome: Promise<number>, acknowledgeMs: number): Promise<Response> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), acknowledgeMs);
  });
  try {
    const records = await Promise.race([outcome, late]);
    if (records !== 'late') return accepted(records);
    return later(503, 'The broker has not acknowledged it in time: post it again, it may be there twice then.');
  } catch (error) {
    if (!isMillraceError(error)) return failed('The topic failed.');
    const { sentence, retryable } = error;
    return retryable ? later(503, sentence) : failed(sentence);
  } finally {
    clearTimeout(timer);
  }
}
