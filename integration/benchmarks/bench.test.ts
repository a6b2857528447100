import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

async function bench(...args: string[]): Promise<{ readonly code: number; readonly text: string }> {
  const main = join(root, 'benchmarks/dist/harness/main.js');
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [main, ...args]);
    return { code: 0, text: stdout };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, text: stdout + stderr };
  }
}

describe('npm run bench', () => {
  test('asks every engine in a process of its own, and reports where we lose before all else', async () => {
    const { code, text } = await bench('engine-only', '--records', '2000', '--repeat', '1');
    expect(text).toMatch(/1\/1 {2}millrace {2}\d+ ms, CPU \d+ ms, peak \d+ MB/);
    for (const engine of ['millrace', 'kernels', 'rxjs-naive'])
      expect(text).toMatch(new RegExp(`^\\| ${engine} `, 'm'));
    expect(text.indexOf('## Where we lose')).toBeLessThan(text.indexOf('## Measured'));
    expect(code).toBe(0);
  });

  test('profiles', async () => {
    const { code, text } = await bench('engine-only', '--records', '2000', '--engines', 'kernels', '--profile');
    expect(text).toMatch(/engine-only\.kernels\.2000\.cpuprofile\n +\d+ ms +[\d.]+ % {2}\S/);
    expect(code).toBe(0);
  });

  test('says what is wrong with the command', async () => {
    const { code, text } = await bench('nexmark');
    expect(text).toContain('There is no suite nexmark.');
    expect(code).toBe(2);
  });
});
