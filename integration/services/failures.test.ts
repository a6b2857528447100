import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startMain } from './main-process.js';
import { freePort } from './ports.js';
import { startService } from './services.js';

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
    await expect(fetch(environment['S3_ENDPOINT']!)).rejects.toThrow();
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
