import { createServer } from 'node:net';

/**
 * Below the range from which systems take ports of outgoing connections (32768 and up on Linux): a port from there
 * may be taken by anyone while a server that was killed is about to come back on it.
 */
const from = 10_240;
const to = 30_000;

const given = new Set<number>();

/** A port of 127.0.0.1 on which nothing listens, and which this process has not been given before. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 1000; tries += 1) {
    const port = from + Math.floor(Math.random() * (to - from));
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) return port;
  }
  throw new Error(`Services: no port between ${from} and ${to} is free on 127.0.0.1.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
