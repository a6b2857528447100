import { findProgram } from './find-program.js';

let setpriv: string | null | undefined;

/**
 * The same command, killed by the kernel when the process that starts it is gone, however that went.
 * Where there is no setpriv (it is of Linux), the guardian of a server does it a little later.
 */
export function diesWithParent(command: readonly string[]): readonly string[] {
  if (setpriv === undefined) setpriv = process.platform === 'linux' ? (findProgram('setpriv') ?? null) : null;
  return setpriv === null ? command : [setpriv, '--pdeathsig', 'KILL', ...command];
}
