import { patiently } from '../client/client.js';

/** What is sent one behind another, while more comes. */
export interface Outbox {
  /** Sends when all before has been sent. */
  readonly add: (bytes: number, send: () => Promise<void>) => void;
  /** Undefined while there is room; else resolves when there is. Rejects when something could not be sent. */
  readonly room: () => Promise<void> | undefined;
  /** Resolves when all that was added so far has been sent; rejects when some of it could not be. */
  readonly sent: () => Promise<void>;
}

/** Bytes on their way, from which on nothing more is pulled. */
const underWayMax = 8 * 1024 * 1024;

/** An empty one. */
export function sendingInOrder(server: string, patienceMs: number, signal: AbortSignal): Outbox {
  let underWay = 0;
  let last: Promise<void> = Promise.resolve();
  return {
    add(bytes, send) {
      underWay += bytes;
      last = last.then(async () => {
        await patiently(server, patienceMs, signal, send);
        underWay -= bytes;
      });
      // Told to whoever asks for room, or waits for the stage.
      last.catch(() => undefined);
    },
    room: () => (underWay < underWayMax ? undefined : last),
    sent: () => last,
  };
}
