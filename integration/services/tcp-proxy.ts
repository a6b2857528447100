import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A proxy in front of any server that speaks over TCP, which does to its connections what networks do. */
export interface TcpProxy {
  readonly port: number;
  /** How many connections were cut. */
  readonly cuts: number;
  /** Cuts all connections; new ones are taken. */
  cut(): void;
  /** New connections lead to another server, as after a fail-over. */
  retarget(port: number): void;
  /** Cuts a connection when the server has sent its next answer, of which nothing passes: it was done, and nobody knows. */
  dropAnswers(count: number): void;
  /** Cuts a connection when its next request comes, of which nothing passes. */
  dropRequests(count: number): void;
  /** Keeps answers back for so long; 0 for no longer. */
  delay(ms: number): void;
  /**
   * Sends all that came over connections which are gone to the server once more, in the order in which it came: what was
   * given up as lost arrives late. Resolves when the server has answered, or closed them.
   */
  repeat(): Promise<void>;
  close(): Promise<void>;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  /** All that the client has sent. */
  readonly sent: Buffer[];
}

/** Starts a proxy for the server on `port` of 127.0.0.1. */
export async function tcpProxy(port: number): Promise<TcpProxy> {
  const pairs = new Set<Pair>();
  const gone: Buffer[] = [];
  let target = port;
  const faults = { answers: 0, requests: 0, delayMs: 0, cuts: 0 };

  function end(pair: Pair): void {
    if (!pairs.delete(pair)) return;
    gone.push(Buffer.concat(pair.sent));
    pair.client.destroy();
    pair.server.destroy();
  }

  function cut(pair: Pair): void {
    if (pairs.has(pair)) faults.cuts++;
    end(pair);
  }

  const listener = createServer((client) => {
    const server = connect(target, '127.0.0.1');
    const pair: Pair = { client, server, sent: [] };
    pairs.add(pair);
    for (const socket of [client, server]) socket.on('error', () => end(pair)).on('close', () => end(pair));
    client.on('data', (chunk) => {
      if (faults.requests > 0) {
        faults.requests--;
        cut(pair);
        return;
      }
      pair.sent.push(chunk);
      server.write(chunk);
    });
    server.on('data', (chunk) => {
      if (faults.answers > 0) {
        faults.answers--;
        cut(pair);
        return;
      }
      const { delayMs } = faults;
      if (delayMs === 0) client.write(chunk);
      // All later answers wait as well: the order stays.
      else {
        server.pause();
        setTimeout(() => {
          if (!client.destroyed) client.write(chunk);
          server.resume();
        }, delayMs);
      }
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));

  return {
    port: (listener.address() as AddressInfo).port,
    get cuts() {
      return faults.cuts;
    },
    cut() {
      for (const pair of [...pairs]) cut(pair);
    },
    retarget: (to) => void (target = to),
    dropAnswers: (count) => void (faults.answers = count),
    dropRequests: (count) => void (faults.requests = count),
    delay: (ms) => void (faults.delayMs = ms),
    async repeat() {
      const late = gone.splice(0);
      for (const bytes of late) await sentAgain(target, bytes);
    },
    close: () =>
      new Promise((resolve) => {
        listener.close(() => resolve());
        for (const pair of [...pairs]) end(pair);
      }),
  };
}

// The server reads to the end, answers, and closes its side when ours is closed.
function sentAgain(port: number, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(bytes));
    socket.on('error', () => resolve()).on('close', () => resolve());
    socket.resume();
  });
}
