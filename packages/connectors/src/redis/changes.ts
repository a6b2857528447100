import { setTimeout as sleep } from 'node:timers/promises';
import { Observable, type Subscriber } from 'rxjs';
import type { Fields } from '@millrace/core';
import { retried, type Patience } from '../patience/retried.js';
import type { Address } from './address.js';
import { listen } from './connection.js';
import { isPassing, serverFailed } from './failures.js';
import type { ViewReader } from './reader.js';
import { keyValues, type AnyRow } from './row-values.js';

/** A row of a view that has changed. */
export interface RedisChange {
  /** Its key; undefined where all rows may have changed: the view was replaced, or the connection was lost for a while. */
  readonly key: AnyRow | undefined;
  /** Whether it is an early row that was shown. */
  readonly early: boolean;
}

/** What changes are heard by. */
export interface ChangesOptions {
  readonly address: Address;
  readonly label: string;
  readonly head: string;
  readonly key: readonly string[];
  readonly retryMs: number;
  readonly reader: ViewReader;
}

/** Between a connection that was lost and the next one. */
const pauseMs = 50;

/** The changes of a view, over a connection of their own for every subscriber. */
export function changesOf(options: ChangesOptions): Observable<RedisChange> {
  return new Observable((subscriber) => {
    const closing = new AbortController();
    void follow(options, subscriber, closing.signal);
    return () => closing.abort();
  });
}

async function follow(options: ChangesOptions, to: Subscriber<RedisChange>, closing: AbortSignal): Promise<void> {
  const { address, label, head, retryMs } = options;
  const channels = [`${head}:changes`, `${head}:changes:early`];
  const heard = inOrder(options, to);
  const patience: Patience = {
    patienceMs: retryMs,
    signal: closing,
    mayPass: isPassing,
    failed: (error) => serverFailed(label, error),
  };
  try {
    for (let isFirst = true; !closing.aborted; isFirst = false) {
      const { lost } = await retried(() => listen(address, closing, channels, heard), patience);
      // What was published in between nobody has heard.
      if (!isFirst) to.next({ key: undefined, early: false });
      await lost;
      await sleep(pauseMs, undefined, { signal: closing }).catch(() => undefined);
    }
  } catch (error) {
    if (!closing.aborted) to.error(error);
  }
}

/** A message holds texts, and the types that they are of may have to be asked for. */
function inOrder({ head, key, reader }: ChangesOptions, to: Subscriber<RedisChange>) {
  let last: Promise<void> = Promise.resolve();
  let known: { readonly of: Fields; readonly keyOf: (text: string) => AnyRow } | undefined;
  const keyIn = (fields: Fields, text: string): AnyRow => {
    if (known?.of !== fields) known = { of: fields, keyOf: keyValues(fields, key) };
    return known.keyOf(text);
  };
  return (channel: string, message: string): void => {
    const early = channel === `${head}:changes:early`;
    const tell = async (): Promise<void> => {
      const isAll = message === '*';
      const fields = await reader.fields(isAll);
      to.next({ key: isAll || fields === undefined ? undefined : keyIn(fields, message), early });
    };
    last = last.then(tell).catch((error: unknown) => to.error(error));
  };
}
