import { isIP } from 'node:net';
import type { Redis } from 'ioredis';
import { loadPeer } from '@millrace/core/connector';
import type { Address } from './address.js';
import { scripts, type ScriptName } from './lua/scripts.js';

/** What the server answers. */
export type Reply = string | number | null | undefined | readonly Reply[];

/** One command or script. */
export type Call =
  | { readonly script: ScriptName; readonly key: string; readonly args: readonly (string | number)[] }
  | { readonly command: string; readonly args: readonly (string | number)[] };

/** One connection, which is not made again where it is lost: who uses it makes another one. */
export interface Connection {
  readonly isOpen: boolean;
  /** Sends all at once. Rejects where the connection is lost, or any of them is answered by an error. */
  send(calls: readonly Call[]): Promise<Reply[]>;
  /** Whether it keeps the process alive. */
  keepsAlive(keeps: boolean): void;
  close(): void;
}

/** So long a server may say nothing before it is taken for gone. */
const silenceMs = 10_000;

/** Connects, and loads the scripts. */
export async function connect(address: Address, closing: AbortSignal): Promise<Connection> {
  return entered(address, closing, async (client) => {
    const loaded = await answered(client, Promise.all(scripts.map(([, text]) => client.script('LOAD', text))));
    return connectionOf(client, new Map(scripts.map(([name], i) => [name, loaded[i] as string])));
  });
}

/** A connection that only hears what is published. */
export interface Listener {
  /** Resolves when it is closed or lost. */
  readonly lost: Promise<void>;
}

/** Connects, and hears what is published on these channels from the moment when it resolves. */
export async function listen(
  address: Address,
  closing: AbortSignal,
  channels: readonly string[],
  heard: (channel: string, message: string) => void,
): Promise<Listener> {
  return entered(address, closing, async (client) => {
    client.on('message', heard);
    const lost = new Promise<void>((resolve) => client.once('end', () => resolve()));
    await answered(client, client.subscribe(...channels));
    return { lost };
  });
}

/**
 * Connects, logs in and chooses the database; what ioredis would do by itself without telling why it failed. It keeps no
 * queue of commands for a server that is away, and sends none a second time. `begin` is the first thing that is asked.
 */
async function entered<T>(address: Address, closing: AbortSignal, begin: (client: Redis) => Promise<T>): Promise<T> {
  const { default: ioredis } = await loadPeer('ioredis@5', 'A Redis view', () => import('ioredis'));
  closing.throwIfAborted();
  const client = new ioredis.Redis({
    host: address.host,
    port: address.port,
    ...(address.secure
      ? { tls: { ...(isIP(address.host) === 0 ? { servername: address.host } : {}), ...address.tls } }
      : {}),
    lazyConnect: true,
    enableReadyCheck: false,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: null,
    disableClientInfo: true,
    keepAlive: 10_000,
    connectTimeout: silenceMs,
  });
  const end = (): void => client.disconnect();
  closing.addEventListener('abort', end);
  client.once('end', () => closing.removeEventListener('abort', end));
  let first: Error | undefined;
  client.on('error', (error) => (first ??= error));
  try {
    await client.connect();
    const { user, password, database } = address;
    if (password !== undefined) await answered(client, client.call('AUTH', ...(user === undefined ? [password] : [user, password]))); // prettier-ignore
    if (database !== 0) await answered(client, client.call('SELECT', database));
    return await begin(client);
  } catch (error) {
    client.disconnect();
    throw first ?? error;
  }
}

function connectionOf(client: Redis, hashes: ReadonlyMap<ScriptName, string>): Connection {
  return {
    get isOpen() {
      // One that was told to end is still ready for a moment.
      return client.status === 'ready' && client.stream.writable;
    },
    async send(calls) {
      const pipeline = client.pipeline();
      for (const call of calls) {
        if ('command' in call) pipeline.call(call.command, ...call.args);
        else pipeline.evalsha(hashes.get(call.script)!, 1, call.key, ...call.args);
      }
      const answers = await answered(client, pipeline.exec());
      return (answers ?? []).map(([error, reply]) => {
        if (error === null) return reply as Reply;
        // A server that has lost its scripts is given them with the next connection; in the place of one that is no longer
        // the primary the next one may find another.
        if (/^(NOSCRIPT|READONLY)/.test(error.message)) client.disconnect();
        throw error;
      });
    },
    keepsAlive(keeps) {
      if (keeps) client.stream?.ref();
      else client.stream?.unref();
    },
    close: () => client.disconnect(),
  };
}

// A server that is stopped, or behind a cable that is cut, closes nothing.
async function answered<T>(client: Redis, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`The server was silent for ${silenceMs / 1000} s.`));
      client.disconnect();
    }, silenceMs);
  });
  try {
    return await Promise.race([answer, silence]);
  } finally {
    clearTimeout(timer);
  }
}
