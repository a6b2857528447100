import type { Server } from './server.js';

const keysPerScript = 500;

/** Removes what nobody sees any more, a little at a time, so that others come between. */
export async function sweepGarbage(server: Server, head: string): Promise<void> {
  let more: unknown;
  do [more] = await server.attempt({ script: 'sweep', key: head, args: [keysPerScript] });
  while (more === 1);
}
