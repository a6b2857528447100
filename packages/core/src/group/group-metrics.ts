import { digestOf } from '../digest/digest.js';
import type { JobPlan } from '../job/job-plan.js';
import { noMetrics } from '../job/metrics.js';
import type { RunSettings } from '../job/run-settings.js';
import { addLedger, emptyLedger } from '../ledger/ledger.js';
import type {
  CheckpointMetrics,
  MetricsSnapshot,
  OperatorMetrics,
  OutputMetrics,
  SourceMetrics,
} from '../metrics/snapshot.js';

/** The numbers of one member: the sums over the parts of the job that it runs now. */
export function groupMetrics(
  plan: JobPlan,
  settings: RunSettings,
  state: MetricsSnapshot['state'],
  upMs: number,
  parts: readonly MetricsSnapshot[],
): MetricsSnapshot {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return { ...only, state, upMs };
  const sums = <T>(
    of: (part: MetricsSnapshot) => { readonly [name: string]: T },
    sum: (all: readonly T[], name: string) => T,
  ) => {
    const names = new Set(parts.flatMap((part) => Object.keys(of(part))));
    return Object.fromEntries(
      [...names].map((name) => [
        name,
        sum(
          parts.map((part) => of(part)[name]).filter((each) => each !== undefined),
          name,
        ),
      ]),
    );
  };
  return {
    ...noMetrics(plan.name, settings, state),
    upMs,
    tasks: parts.reduce((sum, { tasks }) => sum + tasks, 0),
    sources: sums(({ sources }) => sources, sourceSum),
    operators: sums(({ operators }) => operators, operatorSum),
    outputs: sums(
      ({ outputs }) => outputs,
      (all, name) => outputSum(plan, name, all),
    ),
    ...(parts.length === 0 ? {} : { checkpoints: checkpointSum(parts.map(({ checkpoints }) => checkpoints)) }),
  };
}

function sourceSum(all: readonly SourceMetrics[]): SourceMetrics {
  const records = emptyLedger();
  for (const each of all) addLedger(records, each.records);
  return {
    records,
    repaired: all.reduce((sum, { repaired }) => sum + repaired, 0),
    repeatedKeys: all.reduce((sum, { repeatedKeys }) => sum + repeatedKeys, 0),
    partitions: all.flatMap(({ partitions }) => partitions).sort((a, b) => a.partition - b.partition),
  };
}

function operatorSum(all: readonly OperatorMetrics[]): OperatorMetrics {
  const records = emptyLedger();
  for (const each of all) addLedger(records, each.records);
  return { records, stateRows: all.reduce((sum, { stateRows }) => sum + stateRows, 0) };
}

function outputSum({ outputs }: JobPlan, output: string, all: readonly OutputMetrics[]): OutputMetrics {
  const digest = digestOf(outputs.get(output)!.schema);
  for (const each of all) digest.merge({ rows: each.rows, hash: each.digest });
  const { rows, hash } = digest.value();
  const known = all.map(({ watermark }) => watermark).filter((watermark) => watermark !== null);
  return { rows, digest: hash, watermark: known.length < all.length ? null : Math.min(...known) };
}

// The one that is furthest behind tells what a crash would cost.
function checkpointSum(all: readonly CheckpointMetrics[]): CheckpointMetrics {
  const most = (of: (each: CheckpointMetrics) => number | null): number | null => {
    const known = all.map(of).filter((each) => each !== null);
    return known.length === 0 ? null : Math.max(...known);
  };
  return {
    last: Math.max(...all.map(({ last }) => last)),
    ageMs: most(({ ageMs }) => ageMs),
    durationMs: most(({ durationMs }) => durationMs),
    stateBytes: all.reduce((sum, { stateBytes }) => sum + stateBytes, 0),
    restored: Math.max(...all.map(({ restored }) => restored)),
  };
}
