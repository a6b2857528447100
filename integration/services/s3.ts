import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cached, cacheFolder, exists } from './cache.js';
import { execute } from './execute.js';
import { findProgram } from './find-program.js';
import type { Server } from './server.js';
import { tell } from './tell.js';

/** What the server that we start asks for. */
export const s3Keys = { accessKeyId: 'test', secretAccessKey: 'testtest', region: 'us-east-1' } as const;

const version = 'v1.8.0';
const module = `github.com/versity/versitygw/cmd/versitygw@${version}`;
const moto = 'moto[s3,server]==5.2.5';

/** versitygw: the one small server whose conditional writes never had two winners in races. */
export async function s3Server(): Promise<Server> {
  const refusals: string[] = [];
  for (const way of [versity, motoServer]) {
    try {
      return await way();
    } catch (error) {
      refusals.push((error as Error).message);
    }
  }
  throw new Error(
    `S3: no server to start. Set S3_ENDPOINT, or install Go 1.25 or later, by which versitygw ${version} is fetched (${refusals.join('; ')}).`,
  );
}

async function versity(): Promise<Server> {
  const file = findProgram('versitygw') ?? join(await fetchVersity(), 'versitygw');
  return {
    name: 's3',
    title: `versitygw ${version}`,
    stopSignal: 'SIGTERM',
    async format(folder) {
      await mkdir(join(folder, 'data'));
    },
    async command(folder, port) {
      const { accessKeyId, secretAccessKey } = s3Keys;
      const reached = ['--port', `127.0.0.1:${port}`, '--access', accessKeyId, '--secret', secretAccessKey];
      const rest = ['--quiet', '--keep-alive', '--health', '/healthz', 'posix', join(folder, 'data')];
      return { line: [file, ...reached, ...rest], cwd: folder };
    },
    answers: (port) => isWell(`http://127.0.0.1:${port}/healthz`),
    url: (port) => `http://127.0.0.1:${port}`,
  };
}

async function fetchVersity(): Promise<string> {
  const place = `versitygw-${version}`;
  const go = findProgram('go');
  if (go === undefined && !(await exists(join(cacheFolder, place)))) throw new Error('no go here');
  const make = async (folder: string): Promise<void> => {
    await execute(go!, ['install', module], { env: { GOBIN: folder, GOFLAGS: '', CGO_ENABLED: '0' } });
  };
  return cached(place, `building versitygw ${version} by go install, once; a minute or so`, make);
}

async function motoServer(): Promise<Server> {
  const python = findProgram('python3');
  if (python === undefined) throw new Error('no python3 here');
  const folder = await cached('moto-5.2.5', `no versitygw: fetching ${moto} by pip, once`, async (half) => {
    await execute(python, ['-m', 'pip', 'install', '-q', '--target', half, moto]);
  });
  tell('S3 is moto, which keeps everything in memory: tests that restart it will fail');
  return {
    name: 's3',
    title: 'moto 5.2.5',
    forgets: 'moto keeps everything in memory',
    stopSignal: 'SIGTERM',
    async format() {},
    async command(_folder, port) {
      const line = [python, '-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)];
      return { line, env: { PYTHONPATH: folder } };
    },
    answers: (port) => isWell(`http://127.0.0.1:${port}/moto-api/`),
    url: (port) => `http://127.0.0.1:${port}`,
  };
}

async function isWell(url: string): Promise<boolean> {
  const { ok } = await fetch(url, { signal: AbortSignal.timeout(2000) });
  return ok;
}
