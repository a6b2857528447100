import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { diesWithParent } from './dies-with-parent.js';

/** `npm run services` as a process that a test may kill. */
export interface MainProcess {
  /** What it has printed to be set, once all are up. */
  readonly up: Promise<Readonly<Record<string, string>>>;
  /** Its end: the code or signal, and all that it has told. */
  readonly end: Promise<{ readonly ending: string; readonly told: string }>;
  kill(signal: NodeJS.Signals): void;
}

/** Starts it, as the script of package.json does. */
export function startMain(names: readonly string[], env: Readonly<Record<string, string>> = {}): MainProcess {
  const main = resolve(import.meta.dirname, 'main.ts');
  const [program, ...args] = diesWithParent([process.execPath, '--import', 'tsx', main, ...names]);
  const child = spawn(program!, args, {
    cwd: resolve(import.meta.dirname, '../..'),
    env: { ...withoutAddresses(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  let told = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  const end = new Promise<{ ending: string; told: string }>((done) => {
    child.once('close', (code, signal) => done({ ending: String(code ?? signal), told }));
  });
  const up = new Promise<Record<string, string>>((done, fail) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      told += text;
      if (!told.includes('all are up')) return;
      done(Object.fromEntries([...printed.matchAll(/^export (\w+)=(.*)$/gm)].map((match) => [match[1]!, match[2]!])));
    });
    void end.then(({ ending }) => fail(new Error(`It ended with ${ending}: ${told}`)));
  });
  // Not every test waits for it to be up.
  up.catch(() => {});
  return { up, end, kill: (signal) => void child.kill(signal) };
}

/** The environment without the servers that the tests share, which would be taken for given ones. */
function withoutAddresses(): NodeJS.ProcessEnv {
  const { KAFKA_BROKERS: _1, REDIS_URL: _2, POSTGRES_URL: _3, S3_ENDPOINT: _4, ...rest } = process.env;
  return rest;
}
