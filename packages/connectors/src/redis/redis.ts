import type { Observable } from 'rxjs';
import type { KeyedSink, LookupView, Sink } from '@millrace/core';
import { millraceError } from '@millrace/core';
import { durationMs, need, optional, optionsOf, requireArguments } from '@millrace/core/connector';
import { addressOf, type Address } from './address.js';
import { changesOf, type RedisChange } from './changes.js';
import type { EarlyRows } from './early.js';
import { headKey } from './keys.js';
import type { ReadOptions, RedisOptions, RowsOptions, ViewOptions } from './options.js';
import { readerOf } from './reader.js';
import type { AnyRow } from './row-values.js';
import { serverOf, type Server } from './server.js';
import { openSink } from './sink.js';

/** Views of a Redis server, as sinks that can be read. */
export interface Redis {
  /** The view of that name: the latest row of each key, of an append or an upsert flow. */
  view<const K extends string>(name: string, options: ViewOptions<K>): RedisView<NoInfer<K>>;
  /** Closes the connections that its views are read by. Jobs close their own. */
  close(): Promise<void>;
}

/**
 * One row per key: the one that is greatest in (time, order). A sink for append and upsert flows, and readable from any
 * process. With `{ early: true }` a reader sees the early rows of an `aggregate({ early: '1s', … })` over the final ones,
 * and every row has a field `early` that says which it is.
 */
export interface RedisView<K extends string = string> extends KeyedSink<K>, LookupView<K> {
  readonly name: string;
  readonly label: string;
  readonly key: readonly string[];
  readonly early: true;
  /** The rows that are shown now, in order of event time. Read in pieces: rows that change meanwhile are old or new. */
  rows(options?: RowsOptions): Promise<readonly AnyRow[]>;
  /**
   * The keys of rows that change, from now on, whoever changes them: each subscriber has a connection of its own, until it
   * unsubscribes. What was not heard while the server was away is told as one change without a key.
   */
  readonly changes: Observable<RedisChange>;
  /** The row of that key, or undefined. */
  get(key: { readonly [P in K]: unknown }, options?: ReadOptions): Promise<AnyRow | undefined>;
  /** The rows of those keys, in their order, in one exchange with the server; undefined where there is none. */
  getMany(keys: readonly { readonly [P in K]: unknown }[], options?: ReadOptions): Promise<readonly (AnyRow | undefined)[]>; // prettier-ignore
}

/**
 * Redis (6.2 or later), a cluster of it, or Valkey, as a place for views, exactly once: rows are staged on the server while
 * they are written, and shown once their checkpoint is durable, in parts of 250 rows. A reader may meet a part of a
 * checkpoint, and never a row of one that a crash takes back. The package `ioredis` (5) is loaded when it is first needed.
 *
 * Anybody can read a row. Its key is that of the view, the generation, and the values of its key as a JSON list of texts:
 *
 *     HGET    {millrace:popularity} generation                                    → 1
 *     HGETALL {millrace:popularity}:1:["art","2026-01-05T12:00:00.000Z"]          → category art, pins 17, …
 *     ZRANGE  {millrace:popularity}:1:times 0 -1                                  → the keys, by event time in ms
 *
 * Text stands as it is, numbers as decimals, booleans as `true` and `false`, an instant as ISO 8601 in UTC, binary as
 * base64, lists and structs as JSON; a null is a field that is not there. `millrace_rank` is the rank of the row in
 * (time, order). Ask for the generation first: `publish: 'replace'` builds another one, moves the head to it in one
 * step, and removes the one before. The key of each row that changes is published on `{millrace:popularity}:changes`, of each early row
 * on `{millrace:popularity}:changes:early`, and `*` where a view is replaced.
 *
 * All keys of a view begin with the same hash tag. So every step is one script, also on a cluster; and a view is whole on
 * one of its nodes, which is as large as a view can be. Two views may be on two nodes. Reading is never stopped for long:
 * what is large is shown, read and removed in pieces.
 *
 * While the server is away, operations are tried again for `retryFor`; what waits to be sent meanwhile is bounded. What
 * Redis has acknowledged it can lose: without an append-only file when it is restarted, and in a fail-over. A run that
 * finds less than was acknowledged ends, or is refused, with a sentence that says so; a replay with `publish: 'replace'`
 * builds the view again. A job that was killed counts as being at work for 20 seconds: until then its view is not replaced.
 *
 * The processes of a group can share a view, each with its partitions; it shows no early rows then.
 *
 * @throws MillraceError `MILLRACE_OPTION_INVALID`; from jobs, before the first record: `MILLRACE_PEER_MISSING`,
 * `MILLRACE_SERVER_FAILED`, `MILLRACE_LINEAGE_FOREIGN` where the view belongs to another job, `MILLRACE_SINK_UNFIT` where it
 * has other fields, or the server would evict rows (`maxmemory-policy: allkeys-…`).
 * @example
 * ```ts
 * import { redis } from '@millrace/connectors/redis';
 *
 * const store = redis({ url: 'redis://127.0.0.1:6379/0' });
 * const popularity = store.view('popularity', { key: ['category', 'windowStart'] }); // sinks: { popularity }
 * console.log(popularity.label); // redis view "popularity" (127.0.0.1:6379/0)
 * ```
 */
export function redis(options: RedisOptions): Redis {
  const example = "redis({ url: 'redis://127.0.0.1:6379' })";
  requireArguments('redis', example, [['options', options, optionsOf('url', 'tls', 'prefix', 'retryFor')]]);
  const { url, prefix = 'millrace', retryFor = '1m', tls } = options;
  requireArguments('redis', example, [
    ['prefix', prefix, need.text],
    ['tls', tls, optional(need.options)],
  ]);
  const address = addressOf(url, tls);
  if (/[{}]/.test(prefix)) throw invalid('redis', 'prefix', 'has a { or a }', "Write prefix: 'millrace'.");
  const retryMs = durationMs(retryFor, { operator: 'redis', option: 'retryFor', above: 0 });
  const readers: Server[] = [];
  const shownOf = new Map<string, Set<EarlyRows>>();
  return {
    view(name, view) {
      const call = "view('popularity', { key: ['category', 'windowStart'] })";
      requireArguments('view', call, [
        ['name', name, need.text],
        ['options', view, optionsOf('key')],
      ]);
      requireArguments('view', call, [['key', view.key, need.texts]]);
      const fix = "Give the fields that name a row, like { key: ['category', 'windowStart'] }.";
      if (view.key.length === 0) throw invalid(`redis view "${name}"`, 'key', 'names no field', fix);
      const head = headKey(prefix, name);
      const shown = shownOf.get(head) ?? new Set();
      shownOf.set(head, shown);
      const label = `redis view "${name}" (${address.location})`;
      const reading = serverOf({ address, label, retryMs, logger: undefined, letsEnd: true });
      readers.push(reading);
      return viewOf({ name, label, head, key: view.key, address, retryMs, reading, shown });
    },
    close() {
      for (const reading of readers) reading.close();
      return Promise.resolve();
    },
  };
}

interface Place<K extends string> {
  readonly name: string;
  readonly label: string;
  readonly head: string;
  readonly key: readonly K[];
  readonly address: Address;
  readonly retryMs: number;
  readonly reading: Server;
  /** The early rows that are shown from this process. */
  readonly shown: Set<EarlyRows>;
}

function viewOf<K extends string>({
  name,
  label,
  head,
  key,
  address,
  retryMs,
  reading,
  shown,
}: Place<K>): RedisView<K> {
  const reader = readerOf(reading, label, head, key);
  const sent = async (early: boolean | undefined): Promise<void> => {
    if (early === true) await Promise.all([...shown].map((each) => each.sent()));
  };
  const open: Sink<never>['open'] = (context) =>
    openSink(
      {
        label,
        head,
        key,
        connect: ({ logger }) => serverOf({ address, label, retryMs, logger, letsEnd: false }),
        shows(early) {
          shown.add(early);
          return { end: () => shown.delete(early) };
        },
      },
      context,
    );
  const view: Omit<RedisView<K>, '_accepts'> = {
    name,
    label,
    place: ['redis', address.location, head],
    modes: ['append', 'upsert'],
    early: true,
    shared: true,
    key,
    open,
    changes: changesOf({ address, label, head, key, retryMs, reader }),
    async rows(options = {}) {
      const example = 'rows({ early: true })';
      requireArguments(`${label}: rows`, example, [['options', options, optionsOf('early', 'from', 'to')]]);
      await sent(options.early);
      return reader.rows(options);
    },
    async get(wanted, options = {}) {
      requireArguments(`${label}: get`, "get({ category: 'art' })", [
        ['key', wanted, need.options],
        ['options', options, optionsOf('early')],
      ]);
      await sent(options.early);
      const [row] = await reader.getMany([wanted], options);
      return row;
    },
    async getMany(wanted, options = {}) {
      requireArguments(`${label}: getMany`, "getMany([{ category: 'art' }, { category: 'food' }])", [
        ['keys', wanted, need.objects],
        ['options', options, optionsOf('early')],
      ]);
      await sent(options.early);
      return reader.getMany(wanted, options);
    },
    fields: () => reader.fields(true),
  };
  return view;
}

function invalid(subject: string, option: string, problem: string, fix: string): Error {
  return millraceError('MILLRACE_OPTION_INVALID', { subject, option, problem, fix });
}
