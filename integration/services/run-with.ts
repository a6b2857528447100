/**
 * `run-with.ts kafka redis -- node program.js`: runs a program with servers, which it finds in its environment, and takes them
 * down when it ends. Those that the environment names already are taken as they are.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { environmentOf, isGiven } from './environment.js';
import { serviceNames, startServices, type ServiceName } from './services.js';
import { tell } from './tell.js';

const split = process.argv.indexOf('--');
const [program, ...args] = process.argv.slice(split + 1);
const wanted = serviceNames.filter((name) => process.argv.slice(2, split).includes(name));

try {
  process.exitCode = await runWith(wanted.filter((name) => !isGiven(name)));
} catch (error) {
  for (const line of (error as Error).message.split('\n')) tell(line);
  process.exitCode = 1;
}

async function runWith(names: readonly ServiceName[]): Promise<number> {
  const services = await startServices(names);
  try {
    for (const service of services) Object.assign(process.env, environmentOf(service));
    const child = spawn(program!, args, { stdio: 'inherit' });
    // Ctrl-C reaches the program by itself: it ends first, and the servers after it.
    const pass = (signal: NodeJS.Signals): void => void child.kill(signal);
    process.on('SIGTERM', pass);
    process.on('SIGINT', () => undefined);
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
    return code ?? (signal === 'SIGINT' ? 130 : 1);
  } finally {
    await Promise.all(services.map((service) => service.remove()));
  }
}
