import { emptyLedger } from '../ledger/ledger.js';
import type { MetricsSnapshot, PartitionMetrics, SourceMetrics } from '../metrics/snapshot.js';
import type { Driver } from './driver.js';
import type { OpenRun } from './open-run.js';
import type { PartitionReader } from './partition-reader.js';
import type { RunSettings } from './run-settings.js';

/** The snapshot of a run that has nothing open yet, or could not open it. */
export function noMetrics(job: string, { mode, tasks }: RunSettings, state: MetricsSnapshot['state']): MetricsSnapshot {
  const checkpoints = { last: -1, ageMs: null, durationMs: null, stateBytes: 0, restored: -1 };
  return { v: 1, job, mode, state, tasks, upMs: 0, sources: {}, operators: {}, outputs: {}, checkpoints };
}

/** The state of a run in numbers. Reads only: a snapshot costs the run nothing but its own time. */
export function metricsSnapshot(
  job: string,
  mode: string,
  now: number,
  state: MetricsSnapshot['state'],
  startedAt: number,
  run: OpenRun,
  driver: Driver,
): MetricsSnapshot {
  const { last, lastAt, durationMs, stateBytes } = driver.checkpoints;
  const stateRows = run.graph.stateRows();
  return {
    v: 1,
    job,
    mode,
    state,
    tasks: run.graph.tasks,
    upMs: now - startedAt,
    sources: Object.fromEntries(run.inputs.map((input) => [input.name, sourceMetrics(input, driver)])),
    operators: Object.fromEntries(
      [...run.graph.ledgers()].map(([name, records]) => [name, { records, stateRows: stateRows.get(name) ?? 0 }]),
    ),
    outputs: Object.fromEntries(
      run.outputs.map((each) => {
        const { rows, hash } = each.value();
        return [each.output, { rows, digest: hash, watermark: finiteOrNull(each.watermark) }];
      }),
    ),
    checkpoints: {
      last,
      ageMs: lastAt === undefined ? null : now - lastAt,
      durationMs: durationMs ?? null,
      stateBytes,
      restored: run.restored?.number ?? -1,
    },
  };
}

function sourceMetrics(input: OpenRun['inputs'][number], driver: Driver): SourceMetrics {
  const partitions = driver.partitions.all
    .filter((partition) => partition.input === input)
    .map((partition): PartitionMetrics => ({
      partition: partition.partition,
      position: partition.position,
      state: stateOf(partition, driver),
      watermarks: Object.fromEntries(
        [...driver.times.watermarksOf(partition)].map(([name, time]) => [name, finiteOrNull(time)]),
      ),
    }))
    .sort((a, b) => a.partition - b.partition);
  return {
    records: { ...emptyLedger(), ...input.ledger },
    repaired: input.repaired,
    repeatedKeys: input.repeatedKeys,
    partitions,
  };
}

function stateOf(partition: PartitionReader, driver: Driver): PartitionMetrics['state'] {
  if (partition.held) return 'paused';
  if (partition.state === 'ended') return 'ended';
  if (driver.partitions.isIdle(partition)) return 'idle';
  return partition.state === 'caughtUp' ? 'caughtUp' : 'reading';
}

function finiteOrNull(time: number): number | null {
  return Number.isFinite(time) ? time : null;
}
