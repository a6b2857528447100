import { fork } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sharedServices } from '../services/services.js';

// The engines that read from a server, as the harness runs them: each in a process of its own, once.

const harness = join(import.meta.dirname, '../../benchmarks/dist/harness/main.js');

test('every engine of kafka-windows is right', async () => {
  const args = ['kafka-windows', '--records', '62000', '--repeat', '1'];
  const env = { ...process.env, KAFKA_BROKERS: sharedServices().kafka };
  const child = fork(harness, args, { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  let text = '';
  child.stdout!.on('data', (chunk) => (text += String(chunk)));
  child.stderr!.on('data', (chunk) => (text += String(chunk)));
  const code = await new Promise((resolve) => child.once('exit', resolve));
  expect(text).toMatch(/1\/1 {2}millrace {2}\d+ ms/);
  expect(text).toMatch(/1\/1 {2}rxjs-naive {2}\d+ ms/);
  expect(text).toContain('until the first record, ms');
  expect(code).toBe(0);
});
