import { isMillraceError, millraceError } from '@millrace/core';
import { serverFailed } from './failures.js';
import type { Opened } from './opened.js';
import type { Server } from './server.js';

/**
 * Refuses a server that cannot keep a view: a replica, or one that may evict rows to have room.
 *
 * @throws MillraceError `MILLRACE_SERVER_FAILED`, `MILLRACE_SINK_UNFIT`.
 */
export async function requireFitServer({ server, label, head, context }: Opened): Promise<void> {
  const info = await infoOf(server, label, head);
  if (info === undefined) {
    context.logger.warn({ sink: label }, 'The user may not ask for INFO: whether the server evicts rows is not known.');
    return;
  }
  if (info.get('role') === 'slave') throw serverFailed(label, new Error('READONLY'));
  const policy = info.get('maxmemory_policy') ?? 'noeviction';
  if (info.get('maxmemory') === '0' || !policy.startsWith('allkeys')) return;
  throw millraceError('MILLRACE_SINK_UNFIT', {
    sink: label,
    output: context.output,
    problem: `its server removes keys to have room (maxmemory-policy is ${policy})`,
    fix: 'Run: CONFIG SET maxmemory-policy noeviction. Or give the view a server of its own.',
  });
}

// The first thing that is asked: where nobody answers the URL may be wrong, and nothing is tried again.
async function infoOf(server: Server, label: string, head: string): Promise<ReadonlyMap<string, string> | undefined> {
  try {
    await server.attempt({ command: 'EXISTS', args: [head] });
  } catch (error) {
    if (isMillraceError(error)) throw error;
    if (!(error as Error).message.startsWith('LOADING')) throw serverFailed(label, error);
  }
  try {
    const [text] = await server.ask({ command: 'INFO', args: [] });
    const lines = String(text).split('\r\n');
    return new Map(lines.filter((line) => line.includes(':')).map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)])); // prettier-ignore
  } catch (error) {
    if (((error as Error).cause as Error | undefined)?.message.startsWith('NOPERM') === true) return undefined;
    throw error;
  }
}
