import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { loadPeer } from '@millrace/core/connector';
import { failed, refused } from './answers.js';
import { unfit, type IngestionSettings } from './options.js';

/** Answers a request, whoever asks. */
export type Handler = (request: Request) => Promise<Response>;

/** Handlers of POST by path, as one handler of all requests. Loads hono. */
export async function router(handlers: ReadonlyMap<string, Handler>): Promise<Handler> {
  const { Hono } = await loadPeer('hono', 'An ingestion endpoint', () => import('hono'));
  const app = new Hono();
  for (const [path, handler] of handlers) {
    app.post(path, (context) => handler(context.req.raw));
    app.all(path, () => refused(405, 'Records are posted: send them with POST.', { allow: 'POST' }));
  }
  const paths = [...handlers.keys()].join(', ');
  app.notFound(() => refused(404, `There is no such path: post to ${paths}.`));
  // The client has gone away in the middle of its body, or something of ours is wrong: it is told nothing of it.
  app.onError(() => failed('The post could not be taken.'));
  return async (request) => app.fetch(request);
}

/** An HTTP server that listens. */
export interface Listening {
  readonly port: number;
  readonly url: string;
  /** Ends connections as they fall idle, and at `deadlineMs` those that do not. */
  close(deadlineMs: number): Promise<void>;
}

/** Listens on a port of this machine, or on any for 0. Loads @hono/node-server. */
export async function listen(
  handler: Handler,
  port: number,
  hostname: string,
  { receiveMs }: IngestionSettings,
): Promise<Listening> {
  const load = () => import('@hono/node-server');
  const { createAdaptorServer } = await loadPeer('@hono/node-server', 'An ingestion endpoint', load);
  const server = createAdaptorServer({
    fetch: handler,
    // The globals of the program stay what they are.
    overrideGlobalObjects: false,
    serverOptions: {
      requestTimeout: receiveMs,
      headersTimeout: Math.min(receiveMs, 60_000),
      connectionsCheckingInterval: Math.min(1000, receiveMs),
    },
  }) as Server;
  server.listen(port, hostname);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw cannotListen(error as NodeJS.ErrnoException, port, hostname);
  }
  const { port: own } = server.address() as AddressInfo;
  const host = hostname.includes(':') ? `[${hostname}]` : hostname;
  return { port: own, url: `http://${host}:${own}`, close: (deadlineMs) => close(server, deadlineMs) };
}

async function close(server: Server, deadlineMs: number): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  const idle = setInterval(() => server.closeIdleConnections(), 20);
  const deadline = setTimeout(() => server.closeAllConnections(), deadlineMs);
  await closed;
  clearInterval(idle);
  clearTimeout(deadline);
}

function cannotListen({ code, message }: NodeJS.ErrnoException, port: number, hostname: string): Error {
  if (code === 'EADDRINUSE')
    return unfit(`port ${port}`, 'is taken by another program', 'Use another port, or 0 for any.');
  return unfit(
    `listen(${port}, '${hostname}')`,
    `is not possible (${code ?? message})`,
    'Use another port or host name.',
  );
}
