import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';

/** Whether a process of this id runs. One that has ended and that nobody has waited for does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return statusOf(pid)?.state !== 'Z';
}

/** Sends a signal to a process and to all that descend from it: PostgreSQL's, say, are in groups of their own. */
export function signalTree(pid: number, signal: NodeJS.Signals): readonly number[] {
  const tree = treeOf(pid);
  for (const member of tree) {
    try {
      process.kill(member, signal);
    } catch {
      // It ended by itself in between.
    }
  }
  return tree;
}

function treeOf(root: number): readonly number[] {
  const parents = parentsOfAll();
  const tree = [root];
  for (const member of tree) for (const [pid, parent] of parents) if (parent === member) tree.push(pid);
  return tree;
}

function parentsOfAll(): ReadonlyMap<number, number> {
  if (existsSync('/proc/self/stat')) {
    const pids = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry));
    return new Map(pids.map((pid) => [Number(pid), statusOf(Number(pid))?.parent ?? 0]));
  }
  const listed = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  return new Map(listed.split('\n').map((line) => line.trim().split(/\s+/).map(Number) as [number, number]));
}

/** From /proc, where there is one: `pid (name) state parent …`, and the name may hold spaces and brackets. */
function statusOf(pid: number): { readonly state: string; readonly parent: number } | undefined {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, parent] = line.slice(line.lastIndexOf(')') + 2).split(' ');
    return { state: state!, parent: Number(parent) };
  } catch {
    return undefined;
  }
}
