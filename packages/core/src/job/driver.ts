import { checkpointSchedule, type CheckpointSchedule, type CheckpointState } from './checkpoint-schedule.js';
import { decodedBatch } from './decoded-batch.js';
import { eventTimes, type EventTimes } from './event-times.js';
import { givenTimeLog, type GivenTimeLog } from './given-time-log.js';
import type { OpenRun } from './open-run.js';
import type { PartitionReader } from './partition-reader.js';
import { partitionsOf, type Partitions } from './partitions.js';
import { choosePartition } from './reading-order.js';
import type { RunSettings } from './run-settings.js';
import { asksForStage, roomAfterCheckpoint } from './sink-room.js';
import { yieldToEvents, type WakeUp } from './wake-up.js';

// What the rows that wait for the watermark may take, whatever their number.
const heldBytesMax = 256 * 1024 * 1024;

/** The loop of one run: pulls, pushes, and cuts checkpoints. */
export interface Driver {
  readonly partitions: Partitions;
  readonly times: EventTimes;
  readonly checkpoints: CheckpointState;
  /** Pulls until the bounded input has ended or `stop` was asked for; then makes the last checkpoint. */
  drive(): Promise<'end' | 'stopped'>;
  /** Asks the loop to stop after the pull under way. */
  stop(): void;
}

/** A driver over an open run of the job `job`. */
export function driver(job: string, run: OpenRun, settings: RunSettings): Driver {
  const loop = loopOf(job, run, settings);
  const { partitions, times, checkpoints, timeLog } = loop;
  return {
    partitions,
    times,
    get checkpoints() {
      return checkpoints.state;
    },
    stop() {
      loop.stopping = true;
      loop.wake.now();
    },
    async drive() {
      try {
        partitions.start(run.positions, run.owedEntries);
        for (const partition of partitions.all) timeLog.applyTo(partition, partition.position);
        const ended = await pullAll(loop);
        await checkpoints.settled();
        await allAnswered(loop);
        await checkpoints.last(ended === 'end');
        check(loop);
        return ended;
      } finally {
        loop.closing.abort();
        // What is under way must not go on beside the next run.
        await checkpoints.settled();
      }
    },
  };
}

/** What the loop works with. */
interface Loop {
  readonly run: OpenRun;
  readonly settings: RunSettings;
  readonly times: EventTimes;
  readonly partitions: Partitions;
  readonly checkpoints: CheckpointSchedule;
  readonly timeLog: GivenTimeLog;
  readonly wake: WakeUp;
  readonly closing: AbortController;
  /** The first error of what goes on beside the loop. */
  failure: { readonly error: unknown } | undefined;
  stopping: boolean;
}

function loopOf(job: string, run: OpenRun, settings: RunSettings): Loop {
  const { graph, outputs, chain, inputs, ledgers, lineage, wake } = run;
  const { fault, published } = settings;
  const times = eventTimes(graph);
  const closing = new AbortController();
  const failed = (error: unknown): void => {
    loop.failure ??= { error };
    wake.now();
  };
  const partitions = partitionsOf({
    run,
    settings,
    times,
    signal: closing.signal,
    changed: wake.now,
    failed,
    entered(entry) {
      checkpoints.changed(entry);
      checkpoints.hurry();
    },
  });
  const checkpoints = checkpointSchedule({
    parts: { job, lineage, chain, graph, inputs, partitions: partitions.all, outputs, ledgers, fault, published },
    settings,
    times,
    isIdle: partitions.isIdle,
    answered: () => allAnswered(loop),
    done: wake.now,
    failed,
  });
  const timeLog = givenTimeLog(run.timeLog, times, checkpoints.changed);
  const loop: Loop = {
    run,
    settings,
    times,
    partitions,
    checkpoints,
    timeLog,
    wake,
    closing,
    failure: undefined,
    stopping: false,
  };
  return loop;
}

function check({ run, failure }: Loop): void {
  if (run.graph.failure !== undefined) throw run.graph.failure.error;
  if (failure !== undefined) throw failure.error;
}

async function pullAll(loop: Loop): Promise<'end' | 'stopped'> {
  const { run, settings, times, partitions, checkpoints, wake } = loop;
  const { answers } = run.graph;
  for (;;) {
    check(loop);
    if (loop.stopping) return 'stopped';
    answers.deliver();
    check(loop);
    await partitions.discover();
    const needsCheckpoint = await roomAfterCheckpoint(run.outputs, checkpoints);
    if (needsCheckpoint) checkpoints.changed();
    const held = run.graph.held();
    const full = held.rows >= settings.maxHeld || held.bytes >= heldBytesMax;
    const { partition, waitsForEntry } = choosePartition(partitions.all, times, full, partitions.isIdle);
    const isDue = checkpoints.isDue(waitsForEntry || needsCheckpoint);
    // No state holds what waits for an answer: the cut waits until nothing does, and nothing is pulled meanwhile.
    const cutWaits = isDue && answers.underWay > 0;
    if (isDue && !cutWaits) checkpoints.begin();
    check(loop);
    showEarly(loop);
    // The cut alone has made room, unless the stage before it is not yet published.
    const isFull = needsCheckpoint && run.outputs.some(({ writer }) => asksForStage(writer));
    if (partition !== undefined && !isFull && !cutWaits && !answers.full) {
      pull(loop, partition);
      await yieldToEvents();
    } else if (!checkpoints.underWay && !cutWaits && hasEnded(loop)) {
      return 'end';
    } else {
      await wake.wait(settings.clock, nextEventMs(loop, cutWaits));
    }
  }
}

/** Waits until every operator that asks outside of the run has its answers, and hands them on. */
async function allAnswered(loop: Loop): Promise<void> {
  const { run, settings, wake } = loop;
  for (;;) {
    run.graph.answers.deliver();
    check(loop);
    if (run.graph.answers.underWay === 0) return;
    await wake.wait(settings.clock, settings.checkpointEveryMs);
  }
}

// That an open source has no partition yet is not its end: the first one may still come.
function hasEnded({ run, partitions: { all } }: Loop): boolean {
  const isKnown = run.inputs.every((input) => input.source.bounded || all.some((each) => each.input === input));
  return isKnown && all.every(({ state }) => state === 'ended');
}

// Between two pulls, and behind the cut of a checkpoint that has just begun: that was taken whole before it returned.
function showEarly({ run: { graph }, settings }: Loop): void {
  const dueAt = graph.early.dueAt();
  if (dueAt === Infinity) return;
  const now = settings.clock.now();
  if (dueAt <= now) graph.early.show(now);
}

function pull({ run, partitions, checkpoints, timeLog, settings }: Loop, partition: PartitionReader): void {
  timeLog.push(partition, decodedBatch(partition, run.graph), (part) => {
    if (part.length === 0 || part.selection?.length === 0) return;
    run.graph.push(partition.input.node, partition.task, { kind: 'batch', batch: part });
  });
  checkpoints.changed();
  partitions.toBack(partition);
  settings.fault('batch pushed');
}

function nextEventMs({ run, partitions, checkpoints, settings }: Loop, cutWaits: boolean): number {
  const now = settings.clock.now();
  const idleAt = partitions.all.flatMap(({ state, quietSince }) => {
    const at = (quietSince ?? 0) + settings.idleTimeoutMs;
    return state === 'caughtUp' && at > now ? [at] : [];
  });
  const dueAt = cutWaits ? Infinity : checkpoints.dueAt;
  return Math.max(Math.min(dueAt, partitions.discoverAt, run.graph.early.dueAt(), ...idleAt) - now, 1);
}
