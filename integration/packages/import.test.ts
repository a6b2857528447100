import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

const root = `${import.meta.dirname}/../..`;

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, unknown>>;
}

const entryPoints = ['core', 'operators', 'connectors'].flatMap((name) => {
  const manifest = JSON.parse(readFileSync(`${root}/packages/${name}/package.json`, 'utf8')) as Manifest;
  const paths = Object.keys(manifest.exports).filter((path) => path !== './package.json');
  return paths.map((path) => manifest.name + path.slice(1));
});

describe('importing an entry point does nothing but define', () => {
  test.each(entryPoints)('%s', async (entryPoint) => {
    const script = `
      const before = Object.getOwnPropertyNames(globalThis);
      await import('${entryPoint}');
      const added = Object.getOwnPropertyNames(globalThis).filter((name) => !before.includes(name));
      console.log(JSON.stringify({ added, open: process.getActiveResourcesInfo() }));`;
    // A timer or a socket that an import leaves behind would keep this process from ending.
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      cwd: root,
      timeout: 30_000,
    });
    expect(stderr).toBe('');
    const { added, open } = JSON.parse(stdout) as { added: string[]; open: string[] };
    expect(added).toEqual([]);
    expect(open.filter((resource) => !/PipeWrap|TTYWrap|CloseReq/.test(resource))).toEqual([]);
  });
});
