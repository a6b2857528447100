/** What is staged on a server, on its way there: part by part, so that a checkpoint of any length takes little memory. */
export interface SendingQueue {
  /** Sends a part after those before it; it takes `units` of memory until then. */
  add(units: number, send: () => Promise<unknown>): void;
  /** Undefined while there is room; rejects once any part could not be sent. */
  room(): Promise<void> | undefined;
  /** Resolves when all are sent; rejects where any could not be. */
  sent(): Promise<void>;
}

/** A queue that asks to wait while more than `unsentMax` units are in it. After a part that fails it sends no other. */
export function sendingQueue(unsentMax: number): SendingQueue {
  let unsent = 0;
  let sending: Promise<void> = Promise.resolve();
  let failure: { readonly error: unknown } | undefined;

  async function sendPart(units: number, send: () => Promise<unknown>): Promise<void> {
    try {
      if (failure === undefined) await send();
    } catch (error) {
      failure = { error };
    }
    unsent -= units;
  }

  async function sent(): Promise<void> {
    await sending;
    if (failure !== undefined) throw failure.error;
  }

  return {
    add(units, send) {
      unsent += units;
      sending = sending.then(() => sendPart(units, send));
    },
    room: () => (failure !== undefined || unsent > unsentMax ? sent() : undefined),
    sent,
  };
}
