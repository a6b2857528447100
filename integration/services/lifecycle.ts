import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addressVariables } from './environment.js';
import { startMain } from './main-process.js';
import { startService, type RunningService, type ServiceName } from './services.js';
import { until } from '../until.js';

/** What a test does with a server, by a client of its own. */
export interface Client {
  /** Keeps a text under a name; comes back when the server has acknowledged it. */
  readonly put: (url: string, name: string, text: string) => Promise<void>;
  readonly get: (url: string, name: string) => Promise<string>;
}

/** What each server of the tests has to do for those who rely on it. */
export function describeService(name: ServiceName, client: Client): void {
  describe(`${name} for tests`, () => {
    let service: RunningService;
    beforeAll(async () => {
      service = await startService(name);
    });
    afterAll(() => service.remove());

    test('it answers on a port that no system gives to others', async () => {
      await client.put(service.url, 'first', 'one');
      expect(await client.get(service.url, 'first')).toBe('one');
      expect(service.port).toBeGreaterThanOrEqual(10_240);
      expect(service.port).toBeLessThan(30_000);
    });

    test('after a kill it comes back on its port with all that it had acknowledged', async () => {
      await client.put(service.url, 'killed', 'two');
      await service.kill();
      expect(await isOpen(service.port)).toBe(false);
      await service.restart();
      expect(await client.get(service.url, 'killed')).toBe('two');
    });

    test('after a stop too', async () => {
      await client.put(service.url, 'stopped', 'three');
      await service.stop();
      expect(await isOpen(service.port)).toBe(false);
      await service.restart();
      expect(await client.get(service.url, 'stopped')).toBe('three');
    });

    test('while it is paused it takes connections and answers nothing; resumed, it answers', async () => {
      await client.put(service.url, 'paused', 'four');
      service.pause();
      const answer = client.get(service.url, 'paused');
      expect(await isOpen(service.port)).toBe(true);
      expect(await Promise.race([answer, delay(300, 'silent')])).toBe('silent');
      service.resume();
      expect(await answer).toBe('four');
    });

    test('another one is apart from it, and a folder that was given outlives it', async () => {
      const other = await startService(name);
      await client.put(other.url, 'apart', 'five');
      await client.put(service.url, 'here', 'six');
      expect(await client.get(service.url, 'here')).toBe('six');
      await expect(client.get(service.url, 'apart')).rejects.toThrow();
      await other.stop();
      const again = await startService(name, { folder: other.folder });
      expect(await client.get(again.url, 'apart')).toBe('five');
      await again.remove();
      expect(existsSync(other.folder)).toBe(true);
      await other.remove();
      expect(existsSync(other.folder)).toBe(false);
    });

    test('it is gone, and nothing of it is left, when the process that started it is killed', async () => {
      // Readable for all: PostgreSQL runs as another user where we are root.
      const temporary = mkdtempSync(join(tmpdir(), 'parent-'));
      chmodSync(temporary, 0o755);
      const main = startMain([name], { TMPDIR: temporary });
      const address = (await main.up)[addressVariables[name]]!;
      const port = Number(/:(\d+)/.exec(address.replace(/^\w+:\/\//, ''))![1]);
      expect(await isOpen(port)).toBe(true);
      expect(foldersIn(temporary)).toHaveLength(1);
      main.kill('SIGKILL');
      await main.end;
      await until(async () => !(await isOpen(port)));
      await until(() => foldersIn(temporary).length === 0);
      rmSync(temporary, { recursive: true });
    });
  });
}

function foldersIn(folder: string): readonly string[] {
  return readdirSync(folder).filter((name) => name.startsWith('millrace-'));
}

/** Whether something listens on the port. */
async function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => socket.destroy());
    socket.unref();
  });
}
