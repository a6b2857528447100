import { readdirSync, readFileSync } from 'node:fs';
import type { ServerName } from './suite.js';

// Ticks of /proc are hundredths of a second on every Linux that Node runs on.
const tickMs = 10;
const commands: { readonly [S in ServerName]: string } = { kafka: 'kafka.Kafka' };

/**
 * Begins to measure the CPU time of the server on this machine: gives what it has taken since, undefined where there is
 * none, or no `/proc`. Of several of one kind it is their sum.
 */
export function startServerCpu(server: ServerName): () => number | undefined {
  const before = timesOf(server);
  return () => {
    const spent = Array.from(timesOf(server), ([id, time]) => time - (before.get(id) ?? time));
    return spent.length === 0 ? undefined : spent.reduce((sum, time) => sum + time, 0);
  };
}

function timesOf(server: ServerName): ReadonlyMap<string, number> {
  try {
    const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && commandOf(name).includes(commands[server]));
    return new Map(ids.map((id) => [id, cpuMsOf(id)]));
  } catch {
    return new Map();
  }
}

function commandOf(id: string): string {
  try {
    return readFileSync(`/proc/${id}/cmdline`, 'utf8');
  } catch {
    // It ended meanwhile.
    return '';
  }
}

// Behind the name, which may have spaces and brackets: the state, and 10 fields on user and system time.
function cpuMsOf(id: string): number {
  const stat = readFileSync(`/proc/${id}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * tickMs;
}
