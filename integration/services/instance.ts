import { mkdtempSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder, exists } from './cache.js';
import { guard } from './guardian.js';
import { freePort } from './ports.js';
import { launch, type Launched } from './launch.js';
import type { Server, ServiceName } from './server.js';
import { tell } from './tell.js';

export interface ServiceOptions {
  /** The port of 127.0.0.1; a free one otherwise. */
  readonly port?: number;
  /** Where its data, settings and log are kept; otherwise a folder that goes when this process does. */
  readonly folder?: string;
  /** Whether what is in the folder is removed first. */
  readonly fresh?: boolean;
}

/** A server that this process has started, and whose faults it may cause. */
export interface RunningService {
  readonly name: ServiceName;
  /** What a client is given: Kafka's brokers, or a URL. */
  readonly url: string;
  readonly port: number;
  readonly folder: string;
  /** All that it has printed since its folder was made. */
  logs(): string;
  /** SIGKILL, to it and to all of its processes; comes back when they are gone. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data; stops it first if it runs. */
  restart(): Promise<void>;
  /** SIGSTOP: it keeps its connections and says nothing. */
  pause(): void;
  /** SIGCONT. */
  resume(): void;
  /** Ends it in order. Its data stay. */
  stop(): Promise<void>;
  /** Kills it, and removes its folder if that is a temporary one. */
  remove(): Promise<void>;
  /** Copies its log to where it stays, and gives the place. */
  keepLog(): Promise<string>;
}

const logFile = 'server.log';
const formattedMark = 'formatted';

/** Starts a server of one kind, and waits until it answers. */
export async function startInstance(server: Server, options: ServiceOptions = {}): Promise<RunningService> {
  const port = options.port ?? (await freePort());
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), `millrace-${server.name}-`));
  if (options.fresh === true) await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const guardian = guard(folder, options.folder === undefined);
  let running: Launched | undefined;

  const instance: RunningService = {
    name: server.name,
    url: server.url(port),
    port,
    folder,
    logs: () => readFileSync(join(folder, logFile), 'utf8'),
    async kill() {
      await running?.kill();
      running = undefined;
    },
    async restart() {
      if (server.forgets !== undefined) throw new Error(`${server.title} can not restart: ${server.forgets}.`);
      await instance.stop();
      await start();
    },
    pause: () => running?.signal('SIGSTOP'),
    resume: () => running?.signal('SIGCONT'),
    async stop() {
      await running?.stop(server.stopSignal);
      running = undefined;
    },
    async remove() {
      await instance.kill();
      guardian.dismiss();
      if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
    },
    async keepLog() {
      const kept = join(cacheFolder, 'logs', `${server.name}-${port}.log`);
      await mkdir(join(cacheFolder, 'logs'), { recursive: true });
      await copyFile(join(folder, logFile), kept);
      return kept;
    },
  };

  async function start(): Promise<void> {
    running = launch(await server.command(folder, port), folder, logFile, (ending) => {
      running = undefined;
      void instance.keepLog().then((kept) => tell(`${server.title} ended by itself (${ending}); its log: ${kept}`));
    });
    await running.ready(() => server.answers(port));
  }

  try {
    if (!(await exists(join(folder, formattedMark)))) {
      await server.format(folder);
      await writeFile(join(folder, formattedMark), '');
    }
    await start();
  } catch (error) {
    const kept = (await exists(join(folder, logFile))) ? `; its log: ${await instance.keepLog()}` : '';
    await instance.remove();
    throw new Error(`${server.title} did not start: ${(error as Error).message}${kept}`, { cause: error });
  }
  return instance;
}
