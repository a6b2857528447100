import { located } from '../error/millrace-error.js';
import { userLine } from '../error/user-line.js';
import type { MetricsSnapshot } from '../metrics/snapshot.js';
import type { JobPlan } from './job-plan.js';
import { describePlan } from './describe.js';
import { driver, type Driver } from './driver.js';
import type { JobHandle, RunOptions, RunResult } from './job.js';
import { metricsSnapshot, noMetrics } from './metrics.js';
import { openRun, type OpenRun } from './open-run.js';
import { endingError } from './overtaken.js';
import { reportText } from './report.js';
import { stopBefore } from './stop-before.js';
import { runSettings, type GroupRun, type RunSettings } from './run-settings.js';

/** Starts a run of a graph's job. Options are checked at once; everything else happens behind `done`. */
export function startJob(plan: JobPlan, options: RunOptions, inGroup?: GroupRun): JobHandle {
  const settings = runSettings(plan, options, inGroup);
  const where = userLine();
  const labels = new Map([...plan.sinks].map(([output, sink]) => [output, sink.label]));
  const run: RunState = {
    state: 'starting',
    startedAt: settings.clock.now(),
    open: undefined,
    driver: undefined,
    stopAsked: false,
  };
  const stop = (): void => {
    run.stopAsked = true;
    if (run.state === 'running') run.state = 'stopping';
    run.driver?.stop();
  };
  const { signal } = options;
  signal?.addEventListener('abort', stop);
  if (signal?.aborted === true) stop();
  const done = drive(plan, options, settings, run)
    .catch((error: unknown) => {
      throw located(error, where);
    })
    .finally(() => signal?.removeEventListener('abort', stop));
  // Who only calls stop() or metrics() must not bring the process down by not looking at `done`.
  done.catch(() => undefined);

  return {
    done,
    stop: (asked) => stopBefore(plan.name, stop, done, settings.clock, asked),
    metrics: (): MetricsSnapshot =>
      run.open === undefined || run.driver === undefined
        ? noMetrics(plan.name, settings, run.state)
        : metricsSnapshot(
            plan.name,
            settings.mode,
            settings.clock.now(),
            run.state,
            run.startedAt,
            run.open,
            run.driver,
          ),
    describe: () => describePlan(plan.name, plan.outputs, labels),
    async [Symbol.asyncDispose]() {
      stop();
      await done;
    },
  };
}

interface RunState {
  state: MetricsSnapshot['state'];
  readonly startedAt: number;
  open: OpenRun | undefined;
  driver: Driver | undefined;
  stopAsked: boolean;
}

async function drive(plan: JobPlan, options: RunOptions, settings: RunSettings, run: RunState): Promise<RunResult> {
  try {
    const open = await openRun(plan, options, settings);
    run.open = open;
    try {
      run.driver = driver(plan.name, open, settings);
      run.state = 'running';
      if (run.stopAsked) run.driver.stop();
      if (losesItsPlace(plan, settings)) {
        settings.report(
          `${plan.name}: checkpoints are kept in this process only: give the job checkpoints: folder('…') to survive a crash`,
        );
      }
      if (open.restored !== undefined) {
        settings.report(`${plan.name}: resumed from checkpoint ${open.restored.number}`);
      }
      const ended = await run.driver.drive();
      const result = runResult(plan, open, run.driver, ended);
      settings.report(result.report);
      run.state = 'done';
      return result;
    } catch (error) {
      throw await endingError(plan.name, open.chain, error);
    } finally {
      await open.close();
    }
  } catch (error) {
    run.state = 'failed';
    throw error;
  }
}

// Told where there is something to lose: a list that ends is read again, and a topic in this process ends with it too.
function losesItsPlace({ checkpoints, inputs }: JobPlan, { mode }: RunSettings): boolean {
  if (checkpoints !== undefined || mode === 'replay') return false;
  return [...inputs.values()].some(({ live }) => !live.bounded && live.inProcess !== true);
}

function runResult(plan: JobPlan, open: OpenRun, driver: Driver, ended: RunResult['ended']): RunResult {
  const outputs = Object.fromEntries(
    open.outputs.map((each) => {
      const { rows, hash } = each.value();
      return [each.output, { rows, digest: hash }];
    }),
  );
  const ledger = Object.fromEntries([...open.ledgers()].map(([name, counts]) => [name, { ...counts }]));
  return {
    job: plan.name,
    ended,
    checkpoint: driver.checkpoints.last,
    outputs,
    ledger,
    report: reportText(outputs, ledger),
  };
}
