import { readFileSync } from 'node:fs';
import type { Profiler } from 'node:inspector';
import { join } from 'node:path';
import { cacheFolder } from '../places.js';
import { engineNames, loadSuite, suiteNames } from './catalogue.js';
import { comparisonOf, keptRun } from './compare.js';
import { type Command, commandOf, repeatByDefault, usage } from './command.js';
import { machine } from './machine.js';
import { runSuite } from './run-suite.js';
import { selfTimes, selfTimesText } from './self-times.js';
import { startProcess } from './start-process.js';
import type { Task } from './task.js';
import { verdictsOf } from './verdicts.js';
import { withServers } from './with-servers.js';
import { writeResults } from './write-results.js';

const functionsShown = 25;

/** Runs one suite as the command says. Whether all answers were right. */
async function bench(name: string, command: Command): Promise<boolean> {
  const suite = await loadSuite(name);
  const all = engineNames(name);
  const engines = command.engines === undefined ? all : all.filter((engine) => command.engines!.includes(engine));
  if (engines.length === 0) throw new Error(`No engine of ${name} is among those. It has: ${all.join(', ')}.`);
  const records = command.records ?? suite.records;
  const plan = { records, repeat: command.profile ? 1 : command.repeat, engines };
  console.log(`\n${suite.title}`);
  const work = (task: Task): ReturnType<typeof startProcess> =>
    startProcess(command.profile ? { ...task, profile: profilePath(task) } : task);
  const run = await runSuite(name, suite, plan, work, console.log);
  if (command.profile) {
    for (const { engine, scale } of run.competitors)
      printProfile(profilePath({ suite: name, engine, records: records * scale }));
  } else {
    const verdicts = verdictsOf(run, suite.targets);
    const whole = command.records === undefined && engines.length === all.length && plan.repeat >= repeatByDefault;
    const path = writeResults(run, verdicts, machine(), whole);
    console.log(`\n${readFileSync(path, 'utf8')}\n${path}`);
  }
  return run.competitors.every(({ status }) => status === 'right');
}

function profilePath({ suite, engine, records }: Pick<Task, 'suite' | 'engine' | 'records'>): string {
  return join(cacheFolder, 'profiles', `${suite}.${engine}.${records}.cpuprofile`);
}

function printProfile(path: string): void {
  const profile = JSON.parse(readFileSync(path, 'utf8')) as Profiler.Profile;
  console.log(`\n${path}\n${selfTimesText(selfTimes(profile), functionsShown)}`);
}

/** Runs what the command line asks for. Gives the exit code. */
async function main(args: readonly string[]): Promise<number> {
  if (args[0] === 'compare') {
    const [before, after] = args.slice(1);
    if (before === undefined || after === undefined || args.length > 3) throw new Error('compare needs two results.');
    console.log(comparisonOf(keptRun(before), keptRun(after)).join('\n'));
    return 0;
  }
  const command = commandOf(args, suiteNames());
  const suites = await Promise.all(command.suites.map(loadSuite));
  const servers = new Set(suites.flatMap(({ server }) => (server === undefined ? [] : [server])));
  const exitCode = withServers([...servers], args);
  if (exitCode !== undefined) return exitCode;
  let right = true;
  for (const name of command.suites) right = (await bench(name, command)) && right;
  return right ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  process.exitCode = 2;
}
