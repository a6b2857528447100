import { connect } from 'node:net';

/**
 * Sends bytes to a port of 127.0.0.1 and collects what comes back until `enough` gives an answer.
 * Rejects when the connection fails, is closed, or is silent for two seconds.
 */
export function exchange<Answer>(
  port: number,
  request: Uint8Array,
  enough: (received: Buffer, send: (more: Uint8Array) => void) => Answer | undefined,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const fail = (why: string): void => {
      socket.destroy();
      reject(new Error(why));
    };
    let received = Buffer.alloc(0);
    socket.setTimeout(2000, () => fail(`Port ${port} is silent.`));
    socket.once('error', (error) => fail(error.message));
    socket.once('close', () => reject(new Error(`Port ${port} closed the connection.`)));
    socket.once('connect', () => socket.write(request));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      try {
        const answer = enough(received, (more) => socket.write(more));
        if (answer === undefined) return;
        resolve(answer);
        socket.destroy();
      } catch (error) {
        fail(String(error));
      }
    });
  });
}
