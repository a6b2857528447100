import { isMillraceError, millraceError, type Logger } from '@millrace/core';
import { serverFailed } from './failures.js';
import type { Server } from './server.js';

/**
 * Refuses a server that cannot keep a view: a replica, a node of a cluster, or one that may evict rows to have room.
 *
 * @throws MillraceError `MILLRACE_SERVER_FAILED`, `MILLRACE_SINK_UNFIT`.
 */
export async function requireFitServer(server: Server, label: string, output: string, logger: Logger): Promise<void> {
  const info = await infoOf(server, label);
  if (info === undefined) {
    logger.warn({ sink: label }, 'The user may not ask for INFO: whether the server evicts rows is not known.');
    return;
  }
  if (info.get('cluster_enabled') === '1') {
    throw millraceError('MILLRACE_SERVER_FAILED', {
      server: label,
      problem: 'is a node of a Redis Cluster',
      fix: 'Give the URL of a single server or of a proxy in front of the cluster.',
    });
  }
  if (info.get('role') === 'slave') throw serverFailed(label, new Error('READONLY'));
  const policy = info.get('maxmemory_policy') ?? 'noeviction';
  if (info.get('maxmemory') === '0' || !policy.startsWith('allkeys')) return;
  throw millraceError('MILLRACE_SINK_UNFIT', {
    sink: label,
    output,
    problem: `its server removes keys to have room (maxmemory-policy is ${policy})`,
    fix: 'Run: CONFIG SET maxmemory-policy noeviction. Or give the view a server of its own.',
  });
}

// The first thing that is asked: where nobody answers the URL may be wrong, and nothing is tried again.
async function infoOf(server: Server, label: string): Promise<ReadonlyMap<string, string> | undefined> {
  try {
    await server.attempt({ command: 'PING', args: [] });
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
