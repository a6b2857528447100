// One process, one engine, one answer: nothing that another engine has loaded, compiled or left behind is measured.
import { loadEngine } from './catalogue.js';
import { measured } from './measure.js';
import { profiled } from './profiled.js';
import type { Answer } from './suite.js';
import type { Outcome, Task } from './task.js';

async function answered({ suite, engine: name, records, warmUpRecords, server, profile }: Task): Promise<Outcome> {
  const engine = await loadEngine(name, suite);
  if (warmUpRecords > 0) await (await engine.load(warmUpRecords)).run(() => undefined);
  const loaded = await engine.load(records);
  global.gc?.();
  const work = (started: () => void): Promise<Answer> | Answer => loaded.run(started);
  const { result, measures } = await measured(
    profile === undefined ? work : (started) => profiled(profile, () => work(started)),
    server,
  );
  const answer = typeof result === 'string' ? result : result();
  return { kind: 'answered', answer, measures, settings: engine.settings };
}

const outcome = await answered(JSON.parse(process.argv[2]!) as Task).catch((error: unknown): Outcome => {
  return { kind: 'failed', problem: error instanceof Error ? (error.stack ?? error.message) : String(error) };
});
process.send!(outcome, () => process.exit());
