import { durationMs } from '@millrace/core/connector';
import { later } from './answers.js';
import { settingsOf, unfit, type IngestionOptions } from './options.js';
import { postsTo } from './posts.js';
import { roomFor } from './room.js';
import { listen, router, type Handler, type Listening } from './server.js';

/** An HTTP endpoint that takes records for topics. */
export interface Ingestion extends AsyncDisposable {
  /** Listens on a port, or on any free one for 0. Default host: 127.0.0.1, which other machines do not reach. */
  listen(port: number, hostname?: string): Promise<{ readonly port: number; readonly url: string }>;
  /** Answers one request, for programs with an HTTP server of their own. */
  fetch(request: Request): Promise<Response>;
  /**
   * Takes no more, writes what waits, answers every post that is under way, and ends. Connections that are still busy
   * after `deadline` (`'30s'`) are cut. Topics are left open.
   */
  close(options?: { readonly deadline?: string }): Promise<void>;
  metrics(): IngestionMetrics;
}

/** What an endpoint has done, since it was made. */
export interface IngestionMetrics {
  readonly v: 1;
  /** Posts that are not answered yet, and the bytes that wait for the broker. */
  readonly pending: number;
  readonly queueBytes: number;
  readonly routes: { readonly [path: string]: RouteMetrics };
}

/** What one path has taken. */
export interface RouteMetrics {
  /** Records acknowledged by the broker. */
  readonly accepted: number;
  /** Records that were no rows of the schema. */
  readonly rejected: number;
  /** Writes to the topic. */
  readonly batches: number;
}

/**
 * An HTTP endpoint in front of topics: a JSON object that is posted becomes a record, a list of up to 10,000 of them (fewer
 * where `queueMax` is small) as many. All of a body is taken or none. Records are held to the topic's schema by the rules by
 * which readers decode them, and go on byte for byte.
 *
 * - 202 `{"accepted":1}` after the broker has acknowledged; never before.
 * - 400 `{"error","code","field"}`: the sentence with which a reader would reject the record. 413, 415, 404, 405, 408 as in
 *   HTTP.
 * - 429 with `Retry-After` while `queueMax` bytes wait for the broker; 503 with it when the broker is away, or does not
 *   acknowledge within `acknowledgeWithin`. After a 503 the records may be in the topic all the same.
 *
 * So a post that is repeated until it is answered with 202 is in the topic at least once. With the header
 * `Idempotency-Key` a repeated post gives the outcome of the first one, also while that is under way, and no second
 * record: as long as this process lives and the key is among the last `idempotencyKeys` of its path, and unless the broker
 * failed the first one in a way that leaves open whether it wrote. Beyond that the topic can hold the record twice. The key
 * is in the record's headers (`idempotency-key`; `<key>/<n>` for the items of a list), and what reads the topic drops the
 * second by a field, with `dedup`.
 *
 * There is no authentication and no TLS: it is meant to stand behind a proxy that has both. The packages `hono` and
 * `@hono/node-server` are loaded when it is first used.
 *
 * @throws MillraceError `MILLRACE_OPTION_INVALID`, `MILLRACE_FIELD_MISSING` for a key that the schema lacks; from `listen`
 * and `fetch` `MILLRACE_PEER_MISSING`.
 * @example
 * ```ts
 * import { int32, schema, utf8 } from '@millrace/core';
 * import { ingestion } from '@millrace/connectors/http';
 * import { memory } from '@millrace/connectors/memory';
 *
 * const pins = memory().topic('pins', schema({ id: utf8, likes: int32 }), { keyedBy: 'id' });
 * const api = ingestion({ routes: { '/pin': { topic: pins } } });
 * const { url } = await api.listen(0);
 * const headers = { 'content-type': 'application/json' };
 * const taken = await fetch(`${url}/pin`, { method: 'POST', headers, body: '{"id":"a","likes":1}' });
 * console.log(taken.status, await taken.text()); // 202 {"accepted":1}
 * const wrong = await fetch(`${url}/pin`, { method: 'POST', headers, body: '{"id":"a","likes":"many"}' });
 * const { error } = (await wrong.json()) as { error: string };
 * console.log(wrong.status, error); // 400 Field "likes" is text where int32 is declared.
 * await api.close();
 * ```
 */
export function ingestion(options: IngestionOptions): Ingestion {
  const settings = settingsOf(options);
  const room = roomFor(settings.queueMax);
  const posts = new Map(Object.entries(options.routes).map(([path, route]) => [path, postsTo(route, settings, room)]));
  const pending = new Set<Promise<unknown>>();
  let routing: Promise<Handler> | undefined;
  let listening: Promise<Listening> | undefined;
  let closing: Promise<void> | undefined;

  const handler = (take: Handler): Handler => {
    return async (request) => {
      if (closing !== undefined) return later(503, 'The endpoint is about to close.', { connection: 'close' });
      const answer = take(request);
      pending.add(answer);
      return await answer.finally(() => pending.delete(answer));
    };
  };
  const routed = (): Promise<Handler> =>
    (routing ??= router(new Map([...posts].map(([path, { take }]) => [path, handler(take)]))));

  async function closeAll(deadlineMs: number): Promise<void> {
    // The door is shut first: what comes from now on finds no one, or is told so.
    const shut = listening?.then((server) => server.close(deadlineMs)).catch(() => undefined);
    for (const { batches } of posts.values()) batches.hurry();
    await shut;
    await Promise.allSettled(pending);
  }

  const api: Ingestion = {
    async listen(port, hostname = '127.0.0.1') {
      if (listening !== undefined)
        throw unfit('listen', 'was called before', 'Make another ingestion for another port.');
      listening = routed().then((handle) => listen(handle, port, hostname, settings));
      try {
        const { port: own, url } = await listening;
        return { port: own, url };
      } catch (error) {
        // Another port may be tried.
        listening = undefined;
        throw error;
      }
    },
    fetch: async (request) => (await routed())(request),
    close({ deadline = '30s' } = {}) {
      return (closing ??= closeAll(durationMs(deadline, { operator: 'ingestion', option: 'deadline' })));
    },
    metrics: () => ({
      v: 1,
      pending: pending.size,
      queueBytes: room.taken,
      routes: Object.fromEntries(
        [...posts].map(([path, { counts, batches }]) => [path, { ...counts, batches: batches.written }]),
      ),
    }),
    [Symbol.asyncDispose]: () => api.close(),
  };
  return api;
}
