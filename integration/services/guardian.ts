import { spawn } from 'node:child_process';

/** The file in a server's folder that holds its process id while it runs. */
export const pidFile = 'server.pid';

export interface Guardian {
  /** Ends the watch: what is to be tidied is tidied. */
  readonly dismiss: () => void;
}

/**
 * A small process that waits for this one to end, in whatever way, then kills the server of the folder, if it still
 * runs, and removes the folder, if it is nobody's but ours. It reads a pipe that only this process holds open.
 */
export function guard(folder: string, removes: boolean): Guardian {
  const tidy = removes ? 'rm -rf -- "$0" || { sleep 1; rm -rf -- "$0"; }' : 'rm -f -- "$1"';
  const script = `cat >/dev/null; if [ -f "$1" ]; then kill -KILL "$(cat "$1")"; fi; ${tidy}`;
  const child = spawn('/bin/sh', ['-c', script, folder, `${folder}/${pidFile}`], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Not of our group: Ctrl-C in a terminal is for us, and what it leads to is for the guardian.
    detached: true,
    cwd: '/',
  });
  child.unref();
  (child.stdin as unknown as { unref(): void }).unref();
  return {
    dismiss: () => {
      child.kill('SIGKILL');
    },
  };
}
