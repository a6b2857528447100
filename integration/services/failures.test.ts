import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startMain } from './main-process.js';
import { freePort } from './ports.js';
import { startService } from './services.js';

/** What vitest reports, as far as it is looked at. */
interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string; readonly failureMessages: readonly string[] }[];
  }[];
}

describe('servers that can not be had', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'nothing-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('on a machine with nothing each is one line that says what to do, and nothing stays half-made', async () => {
    const env = { PATH: folder, JAVA_HOME: '', MILLRACE_SERVICES: join(folder, 'cache') };
    const { ending, told } = await startMain(['kafka', 'redis', 's3'], env).end;
    expect(ending).toBe('1');
    const lines = told.trim().split('\n');
    expect(
      lines.filter((line) => /^services: (Kafka|Redis|S3): .*Set [A-Z0-9_]+, or install /.test(line)),
    ).toHaveLength(3);
    expect(lines).toHaveLength(3);
    expect(existsSync(join(folder, 'cache')) ? readdirSync(join(folder, 'cache')) : []).toEqual([]);
  });

  test('of the tests those that need it fail, each with that line, and all others run', async () => {
    const { REDIS_URL: _, ...environment } = process.env;
    const env = {
      ...environment,
      PATH: folder,
      JAVA_HOME: '',
      MILLRACE_SERVICES: join(folder, 'cache'),
      NO_COLOR: '1',
    };
    const files = ['integration/redis/view.test.ts', 'integration/services/offline.test.ts'];
    const args = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'integration', '--reporter', 'json', ...files];
    const child = spawn(process.execPath, args, { cwd: join(import.meta.dirname, '../..'), env });
    let printed = '';
    child.stdout.on('data', (text: Buffer) => (printed += text.toString()));
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).toBe(1);
    const { testResults } = JSON.parse(printed.slice(printed.indexOf('{'), printed.lastIndexOf('}') + 1)) as Report;
    const resultOf = (file: string) => testResults.find(({ name }) => name.endsWith(file))!;
    expect(resultOf('offline.test.ts').status).toBe('passed');
    const failing = resultOf('view.test.ts').assertionResults;
    expect(failing.length).toBeGreaterThan(3);
    for (const { status, failureMessages } of failing) {
      expect([status, failureMessages.join()]).toEqual([
        'failed',
        expect.stringMatching(/Redis: .*Set REDIS_URL, or install /),
      ]);
    }
  });

  test('a server of a name that there is not', async () => {
    const { ending, told } = await startMain(['mongodb']).end;
    expect([ending, told]).toEqual(['2', 'services: there is no mongodb; there are kafka, redis, postgres, s3\n']);
  });

  test('a port that another has fails at once, with its log kept', async () => {
    const port = await freePort();
    const other = createServer((socket) => socket.destroy()).listen(port, '127.0.0.1');
    const failure = await startService('redis', { port }).then(
      () => 'none',
      (error: unknown) => (error as Error).message,
    );
    other.close();
    expect(failure).toMatch(/^Redis .* did not start: it ended with 1: .*already in use.*; its log: /s);
    const log = /its log: (.*)$/.exec(failure)![1]!;
    expect(readFileSync(log, 'utf8')).toContain('already in use');
    rmSync(log);
  });
});

describe('npm run services', () => {
  test('Ctrl-C takes the servers down, and it ends well', async () => {
    const main = startMain(['redis', 's3']);
    const environment = await main.up;
    expect(Object.keys(environment)).toEqual([
      'REDIS_URL',
      'S3_ENDPOINT',
      'AWS_ACCESS_KEY_ID',
      'AWS_SECRET_ACCESS_KEY',
      'AWS_REGION',
    ]);
    main.kill('SIGINT');
    expect((await main.end).ending).toBe('0');
    await expect(fetch(environment['S3_ENDPOINT']!)).rejects.toThrow('fetch failed');
  });

  test('a server that is given is named, and not started', async () => {
    const main = startMain(['redis', 's3'], { S3_ENDPOINT: 'http://127.0.0.1:1' });
    expect(Object.keys(await main.up)).toEqual(['REDIS_URL']);
    main.kill('SIGTERM');
    const { ending, told } = await main.end;
    expect(ending).toBe('0');
    expect(told).toContain('s3 is where S3_ENDPOINT says; none is started');
  });
});
