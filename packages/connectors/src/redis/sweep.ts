import type { Opened } from './opened.js';

const keysPerScript = 500;

/**
 * Removes what nobody sees any more, a little at a time, so that others come between. What is left when the server goes
 * away is removed when the view is opened again.
 */
export async function sweepGarbage({ server, head, label, context }: Opened): Promise<void> {
  try {
    let more: unknown;
    do [more] = await server.attempt({ script: 'sweep', key: head, args: [keysPerScript] });
    while (more === 1);
  } catch (error) {
    context.logger.debug({ sink: label, error }, 'What nobody sees any more is removed later.');
  }
}
