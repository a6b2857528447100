import { isMillraceError } from '@millrace/core';
import { loadPeer } from '@millrace/core/connector';
import type { Answer, Database, Session } from './database.js';
import { serverFailed } from './failures.js';
import type { EmbeddedClient, EmbeddedTransaction } from './options.js';
import { claimFolder } from './folder-claim.js';

/** PGlite in this process, and who uses it. */
interface Embedded {
  readonly database: EmbeddedClient;
  /** How many sinks hold a name: there is one connection, so the locks of the server tell them nothing of each other. */
  readonly holds: Map<string, number>;
  readonly close: () => Promise<void>;
}

/** A database in a folder, once for all sinks of this process. */
interface OpenFolder {
  readonly embedded: Promise<Embedded>;
  users: number;
}

const folders = new Map<string, OpenFolder>();
// Whoever opens a folder again waits until the last one is done with it.
const closing = new Map<string, Promise<void>>();
const clients = new WeakMap<EmbeddedClient, Embedded>();

/** A PGlite that the user has made, and closes. */
export async function clientDatabase(client: EmbeddedClient, label: string): Promise<Database> {
  const embedded = clients.get(client) ?? {
    database: client,
    holds: new Map<string, number>(),
    close: async () => undefined,
  };
  clients.set(client, embedded);
  return databaseOf(embedded, label, embedded.close);
}

/**
 * The database in a folder, which is made where there is none.
 *
 * @throws MillraceError `MILLRACE_PEER_MISSING` without PGlite, `MILLRACE_SERVER_FAILED` where another process has it open.
 */
export async function folderDatabase(folder: string, label: string): Promise<Database> {
  const open = folders.get(folder) ?? { embedded: openFolder(folder, label), users: 0 };
  folders.set(folder, open);
  open.users++;
  const release = async (): Promise<void> => {
    if (--open.users > 0) return;
    folders.delete(folder);
    const closed = open.embedded.then(({ close }) => close()).catch(() => undefined);
    closing.set(folder, closed);
    await closed;
    if (closing.get(folder) === closed) closing.delete(folder);
  };
  try {
    return databaseOf(await open.embedded, label, release);
  } catch (error) {
    await release();
    throw error;
  }
}

async function openFolder(folder: string, label: string): Promise<Embedded> {
  const { PGlite } = await loadPeer('@electric-sql/pglite', 'A Postgres table in a folder', () => import('@electric-sql/pglite')); // prettier-ignore
  await closing.get(folder);
  const unclaim = await claimFolder(folder, label);
  try {
    const database = await PGlite.create(`${folder}/data`);
    return { database, holds: new Map(), close: () => database.close().finally(unclaim) };
  } catch (error) {
    await unclaim();
    throw serverFailed(label, error);
  }
}

function databaseOf({ database, holds }: Embedded, label: string, release: () => Promise<void>): Database {
  const sessionOf = (transaction: EmbeddedTransaction): Session => ({
    query: async (text, values) => (await transaction.query(text, values as unknown[])).rows as Answer[],
    isHeld: async (name) => (holds.get(name) ?? 0) > 0,
  });
  let closed = false;
  return {
    async transaction(work) {
      try {
        return await database.transaction((transaction) => work(sessionOf(transaction)));
      } catch (error) {
        throw isMillraceError(error) ? error : serverFailed(label, error);
      }
    },
    async hold(name) {
      holds.set(name, (holds.get(name) ?? 0) + 1);
      let held = true;
      return {
        ensure: async () => undefined,
        async release() {
          if (held) holds.set(name, holds.get(name)! - 1);
          held = false;
        },
      };
    },
    async close() {
      if (closed) return;
      closed = true;
      await release();
    },
  };
}
