/**
 * Checks what would be published: packs every package as npm would, then looks at the tarballs only.
 *
 * 1. publint finds no fault in them.
 * 2. No test is inside, and nothing that was built from a source that is gone.
 * 3. Unpacked into an empty project, every exported subpath can be imported and required without any
 *    optional peer, its types are found, those of clients beside the client, and the first program of README runs.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

const root = dirname(import.meta.dirname);

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

interface Packed {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly tarball: string;
  readonly files: readonly string[];
}

const temporary = mkdtempSync(join(tmpdir(), 'millrace-packages-'));
const faults: string[] = [];
try {
  const packed = ['core', 'operators', 'connectors'].map((name) => pack(join(root, 'packages', name)));
  for (const one of packed) {
    faults.push(...(await lint(one)), ...strayFiles(one));
  }
  faults.push(...useAsStranger(packed));
  for (const { manifest, files, tarball } of packed) {
    console.log(`${manifest.name}: ${String(files.length)} files, ${basename(tarball)}`);
  }
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exitCode = 1;

function pack(folder: string): Packed {
  const output = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', temporary], {
    cwd: folder,
    encoding: 'utf8',
  });
  const [report] = Object.values(JSON.parse(output) as Record<string, { filename: string; files: { path: string }[] }>);
  if (report === undefined) throw new Error(`npm pack said nothing about ${folder}.`);
  return {
    folder,
    manifest: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest,
    tarball: join(temporary, basename(report.filename)),
    files: report.files.map(({ path }) => path),
  };
}

async function lint({ manifest, tarball }: Packed): Promise<string[]> {
  const file = readFileSync(tarball);
  const bytes = file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength);
  const { messages, pkg } = await publint({ pack: { tarball: bytes }, strict: true });
  return messages.map(
    (message) => `${manifest.name}: ${formatMessage(message, pkg, { color: false }) ?? message.code}`,
  );
}

function strayFiles({ folder, manifest, files }: Packed): string[] {
  const found: string[] = [];
  for (const file of files) {
    if (/\.(test|test-d|bench)\./.test(file)) found.push(`${manifest.name}: ${file} is a test and would be published.`);
    const source = /^dist\/(.*?)\.(js|d\.ts)(\.map)?$/.exec(file)?.[1];
    if (source !== undefined && !existsSync(join(folder, 'src', `${source}.ts`))) {
      found.push(`${manifest.name}: ${file} was built from a source that is gone. Run npm run clean, then build.`);
    }
  }
  for (const needed of ['LICENSE', 'README.md', 'package.json']) {
    if (!files.includes(needed)) found.push(`${manifest.name}: ${needed} is missing from the package.`);
  }
  return found;
}

/** Unpacks all of them into an empty project that has their dependencies and required peers, and nothing else. */
function useAsStranger(packed: readonly Packed[]): string[] {
  const project = join(temporary, 'project');
  mkdirSync(join(project, 'node_modules'), { recursive: true });
  writeFileSync(join(project, 'package.json'), '{ "type": "module", "private": true }');
  const names = new Set(packed.map(({ manifest }) => manifest.name));
  for (const { manifest, tarball } of packed) {
    const folder = join(project, 'node_modules', manifest.name);
    mkdirSync(folder, { recursive: true });
    execFileSync('tar', ['-xzf', tarball, '--strip-components=1', '-C', folder]);
    for (const needed of requiredBy(manifest)) if (!names.has(needed)) link(project, needed);
  }
  const subpaths = packed.flatMap(({ manifest }) =>
    Object.keys(manifest.exports)
      .filter((path) => path !== './package.json')
      .map((path) => manifest.name + path.slice(1)),
  );
  const faultsOfImports = importAll(project, subpaths);
  // Who configures a client has it, and its types; Node's stand beside them.
  const peers = packed.flatMap(({ manifest }) => Object.keys(manifest.peerDependencies ?? {}));
  for (const name of [...peers, '@types/node']) if (!names.has(name)) link(project, name);
  return [...faultsOfImports, ...compileAll(project, subpaths), ...runFirst(project)];
}

/** The first program of README, as it is pasted; it has no types, so that Node runs it as it is. */
function runFirst(project: string): string[] {
  const [, program] = /^```ts\n([\s\S]*?)^```$/m.exec(readFileSync(join(root, 'README.md'), 'utf8'))!;
  writeFileSync(join(project, 'first.js'), program!);
  return attempt(process.execPath, ['first.js'], project);
}

function requiredBy({ dependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} }: Manifest): string[] {
  const required = Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional !== true);
  return [...Object.keys(dependencies), ...required];
}

function link(project: string, name: string): void {
  const target = join(project, 'node_modules', name);
  mkdirSync(dirname(target), { recursive: true });
  if (!existsSync(target)) symlinkSync(join(root, 'node_modules', name), target);
}

function importAll(project: string, subpaths: readonly string[]): string[] {
  const script = join(project, 'import.js');
  const lines = subpaths.map((path) => `await import('${path}'); require('${path}');`);
  writeFileSync(
    script,
    `import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);\n${lines.join('\n')}\n`,
  );
  return attempt(process.execPath, ['--no-warnings', script], project);
}

function compileAll(project: string, subpaths: readonly string[]): string[] {
  const lines = subpaths.map((path, index) => `export type * as M${String(index)} from '${path}';`);
  writeFileSync(join(project, 'types.ts'), `${lines.join('\n')}\n`);
  const options = {
    strict: true,
    noEmit: true,
    module: 'nodenext',
    target: 'es2022',
    types: ['node'],
    skipLibCheck: false,
  };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['types.ts'] }));
  return attempt(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', project], project);
}

function attempt(command: string, args: readonly string[], cwd: string): string[] {
  try {
    execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    return [];
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    return [`The packed packages, in an empty project:\n${stdout}${stderr}`];
  }
}
