import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import process from 'node:process';
import { millraceError } from '@millrace/core';
import { isAlive } from '../holding/is-alive.js';

const claimName = /^in-use-by-(\d+)$/;

/**
 * Makes a folder this process's own, until it lets go or ends: PGlite does not see that another one has it open. Each
 * writes a file with its number first and looks for others then, so of two at once none goes on unseen.
 *
 * @throws MillraceError `MILLRACE_SERVER_FAILED` where a process that is alive has it.
 */
export async function claimFolder(folder: string, label: string): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true });
  const own = `${folder}/in-use-by-${process.pid}`;
  await writeFile(own, '');
  const unclaim = (): Promise<void> => rm(own, { force: true });
  for (const name of await readdir(folder)) {
    const pid = Number(claimName.exec(name)?.[1] ?? process.pid);
    if (pid === process.pid) continue;
    if (!isAlive(pid)) {
      await rm(`${folder}/${name}`, { force: true });
      continue;
    }
    await unclaim();
    throw millraceError('MILLRACE_SERVER_FAILED', {
      server: label,
      problem: `is open in process ${pid}, and can be in one only`,
      fix: 'Stop that process, give this job another folder, or use a server: url.',
    });
  }
  return unclaim;
}
