import type { Manifest } from '../checkpoint/manifest.js';
import { valueText } from '../error/arguments.js';
import { millraceError } from '../error/millrace-error.js';
import type { Domain } from '../group/domain.js';
import { silentLogger, type Logger } from '../metrics/logger.js';
import { systemClock, type Clock } from '../time/clock.js';
import { durationMs } from '../time/duration.js';
import type { JobPlan } from './job-plan.js';
import { faultPort, type FaultOptions, type FaultPoint } from './faults.js';
import type { RunMode, RunOptions } from './job.js';

/** The options of a run, with every default in its place. */
export interface RunSettings {
  readonly mode: RunMode;
  readonly tasks: number;
  readonly atEnd: 'flush' | 'hold';
  readonly publish: 'append' | 'replace';
  readonly fresh: boolean;
  readonly checkpointEveryMs: number;
  readonly idleTimeoutMs: number;
  readonly maxHeld: number;
  readonly batchRows: number;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly report: (text: string) => void;
  readonly fault: (point: FaultPoint) => void;
  /** The part of the job that is run, where a group spreads it. */
  readonly domain: Domain | undefined;
  /** Told of every checkpoint of which all is published. */
  readonly published: (manifest: Manifest) => void;
}

/** What a group tells the run of one member. */
export interface GroupRun {
  readonly domain?: Domain;
  readonly published: (manifest: Manifest) => void;
}

// A run says how it ended, as its documentation promises; `report: false` keeps it quiet.
// eslint-disable-next-line no-console -- stderr is where a program talks, and core knows no other way to it
const toStderr = (text: string): void => console.error(text);

/** Checks the options of a run and fills in the defaults. */
export function runSettings(plan: JobPlan, options: RunOptions, inGroup?: GroupRun): RunSettings {
  const { mode } = options;
  const invalid = (option: string, problem: string, fix: string): never => {
    throw millraceError('MILLRACE_OPTION_INVALID', { subject: `run of job "${plan.name}"`, option, problem, fix });
  };
  if (!['live', 'replay', 'both'].includes(mode)) {
    invalid('mode', `is ${JSON.stringify(mode)}`, "Say mode: 'live', 'replay' or 'both'.");
  }
  if (mode !== 'live' && [...plan.inputs.values()].some(({ replay }) => replay === undefined)) {
    invalid(
      'mode',
      `is '${mode}', but the job has no replay source`,
      'Add sources: { live: …, replay: lake.table(…) }.',
    );
  }
  const whole = (option: 'tasks' | 'maxHeld' | 'batchRows', otherwise: number): number => {
    const value = options[option] ?? otherwise;
    if (!Number.isSafeInteger(value) || value < 1) {
      invalid(option, `is ${valueText(value)}`, 'Give a whole number of at least 1.');
    }
    return value;
  };
  const duration = (option: 'checkpointEvery' | 'idleTimeout', otherwise: string): number =>
    durationMs(options[option] ?? otherwise, { operator: `run of job "${plan.name}"`, option });
  const { report = toStderr, logger = silentLogger } = options;
  const endless = [...plan.inputs.values()].find(({ live }) => !live.bounded);
  if (options.publish === 'replace' && mode !== 'replay' && endless !== undefined) {
    const message = `The results are swapped in when ${endless.live.label} ends; until then, and for ever where it does not, they are built aside.`;
    logger.warn({ job: plan.name }, message);
  }
  return {
    mode,
    tasks: whole('tasks', 1),
    atEnd: options.atEnd ?? (mode === 'both' ? 'hold' : 'flush'),
    publish: options.publish ?? 'append',
    fresh: options.lineage === 'new',
    checkpointEveryMs: duration('checkpointEvery', '10s'),
    idleTimeoutMs: duration('idleTimeout', '5s'),
    maxHeld: whole('maxHeld', 1_000_000),
    batchRows: whole('batchRows', 8192),
    logger,
    clock: options.clock ?? systemClock,
    report: report === false ? () => undefined : report,
    fault: (options as FaultOptions)[faultPort] ?? (() => undefined),
    domain: inGroup?.domain,
    published: inGroup?.published ?? (() => undefined),
  };
}
