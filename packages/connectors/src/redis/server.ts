import { millraceError, type Logger } from '@millrace/core';
import { retried, type Patience } from '../patience/retried.js';
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

// The node of a cluster that does not have a slot says which one has it.
const movedTo = /^MOVED \d+ (.*):(\d+)$/;
const redirectsMax = 5;

/**
 * A server; nothing is connected before it is asked. All that it is asked for is of one view, and so of one slot: of a
 * cluster it is the node that has this.
 */
export function serverOf(options: ServerOptions): Server {
  const { address, label, retryMs, logger, letsEnd } = options;
  const closing = new AbortController();
  const patience: Patience = {
    patienceMs: retryMs,
    signal: closing.signal,
    mayPass: isPassing,
    failed: (error) => serverFailed(label, error),
    waits: (waitMs, error) =>
      logger?.warn({ sink: label, waitMs, problem: String(error) }, 'Redis does not answer; trying again.'),
  };
  let node = address;
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
    const making = connect(node, closing.signal);
    making.catch(() => {
      if (connection !== making) return;
      connection = undefined;
      node = address;
    });
    return making;
  }

  async function attemptOnce(calls: readonly Call[]): Promise<Reply[]> {
    closing.signal.throwIfAborted();
    const current = await connected();
    if (letsEnd && waiting++ === 0) current.keepsAlive(true);
    try {
      return await current.send(calls);
    } catch (error) {
      const moved = movedTo.exec((error as Error).message);
      if (moved !== null) {
        node = { ...address, host: moved[1] === '' ? node.host : moved[1]!, port: Number(moved[2]) };
        current.close();
      }
      throw error;
    } finally {
      if (letsEnd && --waiting === 0) current.keepsAlive(false);
    }
  }

  async function attempt(...calls: readonly Call[]): Promise<Reply[]> {
    for (let redirects = 0; ; redirects++) {
      try {
        return await attemptOnce(calls);
      } catch (error) {
        if (redirects === redirectsMax || !movedTo.test((error as Error).message)) throw error;
      }
    }
  }

  return {
    attempt,
    ask: (...calls) => retried(() => attempt(...calls), patience),
    close() {
      const fix = 'Call close() when nothing is asked any more.';
      closing.abort(millraceError('MILLRACE_SERVER_FAILED', { server: label, problem: 'is not asked any more, since it was closed', fix })); // prettier-ignore
    },
  };
}
