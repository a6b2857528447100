import { setTimeout as sleep } from 'node:timers/promises';
import { isMillraceError, type Logger } from '@millrace/core';
import type { Address } from './address.js';
import { connect, type Call, type Connection, type Reply } from './connection.js';
import { isPassing, serverFailed } from './failures.js';

/** A server that may go away: all that is asked of it must be right when it is asked twice. */
export interface Server {
  /** Asks all at once, and again while the server is away; rejects where any is answered by an error. */
  ask(...calls: readonly Call[]): Promise<Reply[]>;
  /** Asks once. */
  attempt(...calls: readonly Call[]): Promise<Reply[]>;
  close(): void;
}

/** How a server is reached. */
export interface ServerOptions {
  readonly address: Address;
  /** The sink or reader, for errors. */
  readonly label: string;
  readonly retryMs: number;
  readonly logger: Logger | undefined;
  /** Whether a connection that nobody waits on lets the process end. */
  readonly letsEnd: boolean;
}

const firstWaitMs = 50;
const longestWaitMs = 2000;

/** A server; nothing is connected before it is asked. */
export function serverOf(options: ServerOptions): Server {
  const { address, label, retryMs, logger, letsEnd } = options;
  const closing = new AbortController();
  let connection: Promise<Connection> | undefined;
  let waiting = 0;

  async function connected(): Promise<Connection> {
    for (;;) {
      const current = (connection ??= made());
      const { isOpen } = await current;
      if (isOpen) return current;
      // Who else has found it gone may have made a new one by now.
      if (connection === current) connection = undefined;
    }
  }

  function made(): Promise<Connection> {
    const making = connect(address, closing.signal);
    making.catch(() => {
      if (connection === making) connection = undefined;
    });
    return making;
  }

  async function attempt(...calls: readonly Call[]): Promise<Reply[]> {
    closing.signal.throwIfAborted();
    const current = await connected();
    if (letsEnd && waiting++ === 0) current.keepsAlive(true);
    try {
      return await current.send(calls);
    } finally {
      if (letsEnd && --waiting === 0) current.keepsAlive(false);
    }
  }

  return {
    attempt,
    async ask(...calls) {
      const until = performance.now() + retryMs;
      for (let waitMs = firstWaitMs; ; waitMs = Math.min(2 * waitMs, longestWaitMs)) {
        try {
          return await attempt(...calls);
        } catch (error) {
          if (isMillraceError(error)) throw error;
          if (!isPassing(error) || closing.signal.aborted || performance.now() + waitMs > until) {
            throw serverFailed(label, error);
          }
          logger?.warn({ sink: label, waitMs, problem: String(error) }, 'Redis does not answer; trying again.');
          await sleep(waitMs, undefined, { signal: closing.signal }).catch(() => undefined);
        }
      }
    },
    close: () => closing.abort(new Error('Connection is closed.')),
  };
}
