import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { diesWithParent } from './dies-with-parent.js';
import { pidFile } from './guardian.js';
import { isAlive, signalTree } from './process-tree.js';
import type { Command } from './server.js';

/** A server's process from its start to its end. */
export interface Launched {
  /** Waits until `answers` gives true; rejects when the process ends before, or after a minute. */
  ready(answers: () => Promise<boolean>): Promise<void>;
  /** A signal to it and to all of its processes. */
  signal(signal: NodeJS.Signals): void;
  kill(): Promise<void>;
  stop(signal: NodeJS.Signals): Promise<void>;
}

const readyWithin = 60_000;
const stopWithin = 20_000;

/** Starts a server whose output goes to a file; `endedAlone` hears of an end that nobody asked for, once it was ready. */
export function launch(
  command: Command,
  folder: string,
  logFile: string,
  endedAlone: (ending: string) => void,
): Launched {
  const { line, env, ...options } = command;
  const [program, ...args] = diesWithParent(line);
  const log = openSync(join(folder, logFile), 'a');
  const logStart = readFileSync(join(folder, logFile)).length;
  const child = spawn(program!, args, {
    ...options,
    env: { ...process.env, ...env },
    stdio: ['ignore', log, log],
    // Ctrl-C is for us: we end servers in order.
    detached: true,
  });
  closeSync(log);
  const pid = child.pid;
  if (pid !== undefined) writeFileSync(join(folder, pidFile), String(pid));

  let ending: string | undefined;
  let awaited = true;
  const ended = new Promise<void>((resolve) => {
    const end = (how: string): void => {
      if (ending !== undefined) return;
      ending = how;
      rmSync(join(folder, pidFile), { force: true });
      if (!awaited) endedAlone(how);
      resolve();
    };
    child.once('error', (error) => end(error.message));
    child.once('exit', (code, signal) => end(String(code ?? signal)));
  });

  const lastLines = (): string => {
    const text = readFileSync(join(folder, logFile)).subarray(logStart).toString();
    return text.trim().split('\n').slice(-3).join(' | ').slice(-600);
  };
  const kill = async (): Promise<void> => {
    awaited = true;
    if (pid === undefined || ending !== undefined) return;
    const tree = signalTree(pid, 'SIGKILL');
    await ended;
    await goneAll(tree);
  };
  return {
    async ready(answers) {
      const deadline = Date.now() + readyWithin;
      while (!(await answers().catch(() => false))) {
        if (ending !== undefined) throw new Error(`it ended with ${ending}: ${lastLines()}`);
        if (Date.now() > deadline) throw new Error(`no answer within ${readyWithin / 1000} s: ${lastLines()}`);
        await delay(20);
      }
      if (ending !== undefined) throw new Error(`it ended with ${ending}, and another answers: ${lastLines()}`);
      awaited = false;
    },
    signal(signal) {
      if (pid !== undefined && ending === undefined) signalTree(pid, signal);
    },
    kill,
    async stop(signal) {
      awaited = true;
      if (pid === undefined || ending !== undefined) return;
      const tree = signalTree(pid, 'SIGCONT');
      process.kill(pid, signal);
      const inTime = await Promise.race([ended.then(() => true), delay(stopWithin, false, { ref: false })]);
      if (!inTime) return kill();
      await goneAll(tree);
    },
  };
}

/** Waits for processes that are not our children: the ones of PostgreSQL end after their parent. */
async function goneAll(pids: readonly number[]): Promise<void> {
  const deadline = Date.now() + stopWithin;
  while (pids.some(isAlive)) {
    if (Date.now() > deadline)
      throw new Error(`Services: processes that do not end: ${pids.filter(isAlive).join(', ')}.`);
    await delay(5);
  }
}
