import { createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What happens to a request on its way. */
export type Fault =
  /** The server does the work, and nobody hears of it. */
  | 'lost answer'
  /** The connection is cut before the server has seen the request. */
  | 'lost request'
  /** The connection is cut in the middle of the answer's body, if it has one. */
  | 'cut answer'
  /** The server gets the request twice; the second answer is heard. */
  | 'twice'
  /** Nothing is done, and nothing ever answered. */
  | 'hang'
  | 'SlowDown'
  | 'InternalError'
  | 'ConditionalRequestConflict'
  /** The answer says 200, and holds an error; the server has done nothing. */
  | 'error inside 200'
  /** The same, and the server has done the work. */
  | 'done, and error inside 200'
  /** The answer says 200, and nothing else; the server has done nothing. */
  | 'empty 200';

/** What a fault is chosen by. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  /** How many requests came before. */
  readonly count: number;
}

/** A proxy in front of an S3 server. */
export interface FaultProxy {
  readonly endpoint: string;
  /** The faults that have been done, in order. */
  readonly done: readonly Fault[];
  close(): Promise<void>;
}

/** Starts a proxy that does the faults that `choose` gives. */
export async function faultProxy(
  endpoint: string,
  choose: (seen: Seen) => Fault | undefined | Promise<Fault | undefined>,
): Promise<FaultProxy> {
  const { hostname, port } = new URL(endpoint);
  const done: Fault[] = [];
  let count = 0;
  const server = createServer((incoming, answer) => {
    void (async () => {
      const body = await bodyOf(incoming);
      const { method = '', url = '', headers } = incoming;
      const fault = await choose({ method, url, headers, count: count++ });
      if (fault !== undefined) done.push(fault);
      const forward = (): Promise<Answer> => forwarded({ hostname, port, method, path: url, headers }, body);
      await act(fault, forward, incoming, answer);
    })().catch(() => incoming.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    done,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

const statuses: { readonly [code: string]: number } = {
  SlowDown: 503,
  InternalError: 500,
  ConditionalRequestConflict: 409,
};

async function act(
  fault: Fault | undefined,
  forward: () => Promise<Answer>,
  incoming: IncomingMessage,
  answer: ServerResponse,
): Promise<void> {
  switch (fault) {
    case 'lost request':
      incoming.socket.destroy();
      return;
    case 'lost answer':
      await forward();
      incoming.socket.destroy();
      return;
    case 'hang':
      return;
    case 'SlowDown':
    case 'InternalError':
    case 'ConditionalRequestConflict':
      reply(answer, statuses[fault]!, errorBody(fault));
      return;
    case 'error inside 200':
      reply(answer, 200, errorBody('InternalError'));
      return;
    case 'empty 200':
      reply(answer, 200, '');
      return;
    case 'done, and error inside 200':
      await forward();
      reply(answer, 200, errorBody('InternalError'));
      return;
    case 'twice':
      await forward();
      break;
    case 'cut answer':
    case undefined:
  }
  const { status, headers, body } = await forward();
  answer.writeHead(status, headers);
  if (fault !== 'cut answer') {
    answer.end(body);
    return;
  }
  answer.write(body.subarray(0, body.length >> 1), () => incoming.socket.destroy());
}

function reply(answer: ServerResponse, status: number, body: string): void {
  answer.writeHead(status, { 'content-type': 'application/xml', 'content-length': Buffer.byteLength(body) });
  answer.end(body);
}

function errorBody(code: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>made by the test</Message></Error>`;
}

async function bodyOf(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function forwarded(to: object, body: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = send({ ...to, agent: false }, (incoming) => {
      bodyOf(incoming).then(
        (whole) => resolve({ status: incoming.statusCode!, headers: incoming.headers, body: whole }),
        reject,
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
