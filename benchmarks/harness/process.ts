// One process, one engine, one answer: nothing that another engine has loaded, compiled or left behind is measured.
import { loadEngine } from './catalogue.js';
import { measured } from './measure.js';
import { profiled } from './profiled.js';
import type { Outcome, Task } from './task.js';

async function answered({ suite, engine: name, records, warmUpRecords, profile }: Task): Promise<Outcome> {
  const engine = await loadEngine(name, suite);
  if (warmUpRecords > 0) await (await engine.load(warmUpRecords)).run();
  const loaded = await engine.load(records);
  global.gc?.();
  const work = (): Promise<string> | string => loaded.run();
  const { result, measures } = await measured(profile === undefined ? work : () => profiled(profile, work));
  return { kind: 'answered', answer: result, measures, settings: engine.settings };
}

const outcome = await answered(JSON.parse(process.argv[2]!) as Task).catch((error: unknown): Outcome => {
  return { kind: 'failed', problem: error instanceof Error ? (error.stack ?? error.message) : String(error) };
});
process.send!(outcome, () => process.exit());
