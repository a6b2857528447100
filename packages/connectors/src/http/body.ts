import { later, refused } from './answers.js';
import type { Room } from './room.js';

/** A body that was read, and the room that it takes until it is given back. */
export interface Body {
  readonly bytes: Uint8Array;
  readonly release: () => void;
}

/** What is wrong with how a body is sent; undefined where nothing is. */
export function unfitBody(headers: Headers, bodyMax: number): Response | undefined {
  const [type = '', ...parameters] = (headers.get('content-type') ?? '').toLowerCase().split(';');
  if (!/^application\/([\w.-]+\+)?json$/.test(type.trim())) {
    return refused(415, 'The body must be JSON: send it with content-type: application/json.');
  }
  const charset = parameters.map((each) => each.trim()).find((each) => each.startsWith('charset='));
  if (charset !== undefined && !/^charset="?utf-?8"?$/.test(charset)) {
    return refused(415, 'The body must be UTF-8: leave charset out of content-type.');
  }
  const encoding = headers.get('content-encoding') ?? 'identity';
  if (encoding.toLowerCase() !== 'identity') {
    return refused(415, 'The body must not be compressed: leave content-encoding out.', {
      'accept-encoding': 'identity',
    });
  }
  return Number(headers.get('content-length') ?? 0) > bodyMax ? tooLarge(bodyMax) : undefined;
}

/**
 * Reads a body. What it says of its length is not relied on: every piece is counted, and takes its room when it is there.
 *
 * @throws Error where the client goes away in the middle.
 */
export async function readBody(request: Request, bodyMax: number, room: Room): Promise<Body | Response> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  const release = (): void => room.give(length);
  // node-server has a stream of its own, which is Node's by another name.
  const reader = (request.body as ReadableStream<Uint8Array> | null)?.getReader();
  try {
    while (reader !== undefined) {
      const { done, value } = await reader.read();
      if (done) break;
      const isTooLarge = length + value.length > bodyMax;
      if (isTooLarge || !room.take(value.length)) {
        release();
        void reader.cancel().catch(() => undefined);
        return isTooLarge ? tooLarge(bodyMax) : full();
      }
      length += value.length;
      pieces.push(value);
    }
  } catch (error) {
    release();
    throw error;
  }
  return { bytes: pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces, length), release };
}

/** The answer while as much waits for the broker as may. */
export function full(): Response {
  return later(429, 'Too many records wait for the broker: post this one again a little later.');
}

// The rest of such a body is not read: this connection can carry nothing more.
function tooLarge(bodyMax: number): Response {
  return refused(413, `The body has more than ${bodyMax} bytes: post fewer records at once.`, { connection: 'close' });
}
