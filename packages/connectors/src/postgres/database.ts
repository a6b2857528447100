import type { Pool, PoolClient } from 'pg';
import type { Logger } from '@millrace/core';
import { loadPeer } from '@millrace/core/connector';
import { retried, type Patience } from '../patience/retried.js';
import { isPassing, serverFailed } from './failures.js';

/** A row of an answer. */
export type Answer = { readonly [column: string]: unknown };

/** Statements of one transaction, or one after the other. */
export interface Session {
  query(text: string, values?: readonly unknown[]): Promise<readonly Answer[]>;
  /** Whether somebody holds `name` now. Asked within a transaction, nobody can take it before that ends. */
  isHeld(name: string): Promise<boolean>;
}

/** A lock that is held as long as its owner lives; many may hold it, and who would replace their work can see it. */
export interface Hold {
  /** Takes it again where the server went away in between. */
  ensure(): Promise<void>;
  /** Resolves once the server has let go of it: who asks next finds it free. */
  release(): Promise<void>;
}

/** A database whose server may go away: all that is asked of it must be right when it is asked twice. */
export interface Database {
  transaction<T>(work: (session: Session) => Promise<T>): Promise<T>;
  hold(name: string): Promise<Hold>;
  close(): Promise<void>;
}

/** What a database is opened with. */
export interface DatabaseOptions {
  readonly url: string;
  readonly location: string;
  /** The sink, for errors. */
  readonly label: string;
  readonly retryMs: number;
  readonly logger: Logger;
}

/**
 * Connects by `pg`. The first connection is tried once, so that a wrong URL is told at once.
 *
 * @throws MillraceError `MILLRACE_PEER_MISSING`, `MILLRACE_SERVER_FAILED`.
 */
export async function pgDatabase(options: DatabaseOptions): Promise<Database> {
  const { url, label, retryMs, logger } = options;
  const { default: pg } = await loadPeer('pg', 'A Postgres table', () => import('pg'));
  const pool = new pg.Pool({
    connectionString: url,
    max: 3,
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
    application_name: 'millrace',
  });
  // A connection that the server has closed, idle or not: the pool makes another one, and who was using it hears of it
  // from its statement.
  const closed = (error: Error): void => logger.debug({ sink: label, error }, 'A connection to Postgres was closed.');
  pool.on('error', closed);
  pool.on('connect', (client) => client.on('error', closed));
  const closing = new AbortController();
  const patience: Patience = {
    patienceMs: retryMs,
    signal: closing.signal,
    mayPass: isPassing,
    failed: (error) => serverFailed(label, error),
    waits: (waitMs, error) =>
      logger.warn({ sink: label, waitMs, problem: String(error) }, 'Postgres does not answer; trying again.'),
  };

  await pool.query('SELECT 1').catch(async (error: unknown) => {
    await pool.end();
    throw serverFailed(label, error);
  });
  return {
    transaction: (work) => retried(() => inTransaction(pool, work), patience),
    hold: async (name) => {
      let client = await retried(() => shared(pool, name), patience);
      return {
        ensure: () =>
          retried(async () => {
            if (!client.lost) return;
            // A connection that nobody gives back is one that the pool never has again.
            await client.release();
            client = await shared(pool, name);
          }, patience),
        release: () => client.release(),
      };
    },
    async close() {
      closing.abort();
      await pool.end();
    },
  };
}

async function inTransaction<T>(pool: Pool, work: (session: Session) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    const result = await work(sessionOf(client));
    await client.query('COMMIT');
    return result;
  } catch (error) {
    broken = isPassing(error) ? (error as Error) : undefined;
    if (broken === undefined) await client.query('ROLLBACK').catch((failure: unknown) => (broken = failure as Error));
    throw error;
  } finally {
    // With an error the pool throws the connection away.
    client.release(broken);
  }
}

function sessionOf(client: PoolClient): Session {
  const query: Session['query'] = async (text, values) => (await client.query<Answer>(text, values as unknown[])).rows;
  return {
    query,
    async isHeld(name) {
      const [answer] = await query('SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS free', [name]);
      return answer!['free'] !== true;
    },
  };
}

interface SharedLock {
  readonly lost: boolean;
  release(): Promise<void>;
}

async function shared(pool: Pool, name: string): Promise<SharedLock> {
  const client = await pool.connect();
  let lost = false;
  let released = false;
  client.on('error', () => {
    lost = true;
  });
  try {
    await client.query('SELECT pg_advisory_lock_shared(hashtextextended($1, 0))', [name]);
  } catch (error) {
    client.release(error as Error);
    throw error;
  }
  return {
    get lost() {
      return lost;
    },
    async release() {
      if (released) return;
      released = true;
      // A closed connection gives its locks up only when the server comes to notice, so the lock is given back first.
      // Where that fails the connection is gone, and the lock goes with it.
      if (!lost) {
        await client.query('SELECT pg_advisory_unlock_shared(hashtextextended($1, 0))', [name]).catch(() => undefined);
      }
      client.release(true);
    },
  };
}
