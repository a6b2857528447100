import { select } from '../batch/batch.js';
import { millraceError } from '../error/millrace-error.js';
import { sideBatch } from '../side/side-record.js';
import type { TimeLogEntry } from '../time/time-log.js';
import { takeCheckpoint, type CheckpointOrder } from './checkpointer.js';
import { eventTimes, type EventTimes } from './event-times.js';
import type { OpenRun, StartPosition } from './open-run.js';
import { partitionReader, type PartitionReader } from './partition-reader.js';
import { choosePartition } from './reading-order.js';
import type { RunSettings } from './run-settings.js';
import { checkKeys, sourceBatch } from './source-batch.js';
import { wakeUp, yieldToEvents } from './wake-up.js';

// What the rows that wait may take, whatever their number.
const heldBytesMax = 256 * 1024 * 1024;

/** What the driver knows of its checkpoints, for metrics. */
export interface CheckpointState {
  last: number;
  lastAt: number | undefined;
  durationMs: number | undefined;
  stateBytes: number;
}

/** The loop of one run. */
export interface Driver {
  readonly partitions: readonly PartitionReader[];
  readonly times: EventTimes;
  readonly checkpoints: CheckpointState;
  isIdle(partition: PartitionReader): boolean;
  /** Pulls until the bounded input has ended or `stop` was asked for; then makes the last checkpoint. */
  drive(): Promise<'end' | 'stopped'>;
  /** Asks the loop to stop after the pull under way. */
  stop(): void;
}

/** A driver over an open run: pulls, pushes, and cuts checkpoints (DESIGN §3 reading order, §6 checkpoints). */
export function driver(plan: { readonly name: string }, run: OpenRun, settings: RunSettings): Driver {
  const { graph, outputs, chain } = run;
  const { clock, fault } = settings;
  const { tasks } = graph;
  const times = eventTimes(graph);
  const wake = wakeUp();
  const closing = new AbortController();
  const partitions: PartitionReader[] = [];
  let failure: { readonly error: unknown } | undefined;
  let stopping = false;
  // Whether anything happened that a checkpoint has to keep.
  let changed = false;
  // Entries that were decided for us (a replay's time log), until the next checkpoint records them as ours.
  let appliedEntries: TimeLogEntry[] = [];
  const pendingEntries = [...run.timeLog].sort((a, b) => a.offset - b.offset);
  let checkpointing: Promise<void> | undefined;
  let dueAt = clock.now() + settings.checkpointEveryMs;
  let discoverAt = dueAt;
  const checkpoints: CheckpointState = {
    last: chain.head?.number ?? -1,
    lastAt: undefined,
    durationMs: undefined,
    stateBytes: 0,
  };

  const fail = (error: unknown): void => {
    failure ??= { error };
    wake.now();
  };
  const check = (): void => {
    if (graph.failure !== undefined) throw graph.failure.error;
    if (failure !== undefined) throw failure.error;
  };
  const isIdle = (partition: PartitionReader): boolean =>
    partition.state === 'ended' ||
    (partition.state === 'caughtUp' && clock.now() - partition.quietSince! >= settings.idleTimeoutMs);

  function add({ input, partition, position }: StartPosition): PartitionReader {
    const added = partitionReader({
      input,
      partition,
      position,
      task: partition % tasks,
      batchRows: settings.batchRows,
      clock,
      signal: closing.signal,
      changed: wake.now,
      failed: fail,
    });
    partitions.push(added);
    times.assign(added);
    return added;
  }

  /** Applies what the given time log says of a partition that has got to where it says it. */
  function applyDue(partition: PartitionReader, offset: number): void {
    for (let i = 0; i < pendingEntries.length;) {
      const entry = pendingEntries[i]!;
      const isDue =
        entry.source === partition.input.name && entry.partition === partition.partition && entry.offset <= offset;
      if (!isDue) {
        i++;
        continue;
      }
      pendingEntries.splice(i, 1);
      times.apply(entry);
      appliedEntries.push(entry);
      changed = true;
    }
  }

  function push(partition: PartitionReader): void {
    const records = partition.take();
    const { input, task } = partition;
    const decoded = input.decode(records);
    const batch = sourceBatch(input.name, records, decoded);
    input.ledger.in += records.length;
    input.ledger.rejected += decoded.rejected.length;
    input.ledger.taken += records.length - decoded.rejected.length;
    input.repaired += decoded.repaired;
    input.repeatedKeys += decoded.repeatedKeys;
    if (input.source.keyedBy !== undefined)
      checkKeys(input.source.label, input.source.keyedBy, batch, input.node.schema);
    if (decoded.rejected.length > 0) graph.reject(input.node, task, () => sideBatch(batch, 'source', decoded.rejected));
    // An entry of the time log stands between two offsets: what comes before it goes first.
    let rest = batch;
    for (const entry of pendingEntries.filter(
      (each) => each.source === input.name && each.partition === records.partition,
    )) {
      if (entry.offset >= records.next) break;
      const rows = rest.selection ?? Int32Array.from({ length: rest.length }, (_, row) => row);
      const before = rows.findIndex((row) => records.offsets[row]! >= entry.offset);
      const cut = before < 0 ? rows.length : before;
      if (cut > 0) graph.push(input.node, task, { kind: 'batch', batch: select(rest, rows.subarray(0, cut)) });
      applyDue(partition, entry.offset);
      rest = select(rest, rows.subarray(cut));
    }
    if (rest.selection?.length !== 0 && rest.length > 0) graph.push(input.node, task, { kind: 'batch', batch: rest });
    applyDue(partition, records.next);
    changed = true;
    // Behind all others: without event time partitions take turns.
    partitions.push(...partitions.splice(partitions.indexOf(partition), 1));
    fault('batch pushed');
  }

  async function complete(taken: ReturnType<typeof takeCheckpoint>, order: CheckpointOrder): Promise<void> {
    const startedAt = clock.now();
    const { manifest, stateBytes } = await taken.finish();
    for (const entry of order.entries) times.apply(entry);
    if (order.entries.length > 0) changed = true;
    for (const partition of partitions) partition.held = false;
    fault('time log applied');
    checkpoints.last = manifest.number;
    checkpoints.lastAt = clock.now();
    checkpoints.durationMs = checkpoints.lastAt - startedAt;
    checkpoints.stateBytes = stateBytes;
    settings.logger.debug({ job: plan.name, checkpoint: manifest.number, stateBytes }, 'Checkpoint committed.');
  }

  function begin(order: Omit<CheckpointOrder, 'number'>): Promise<void> {
    const numbered = { ...order, number: chain.head!.number + 1, entries: [...appliedEntries, ...order.entries] };
    appliedEntries = [];
    changed = false;
    for (const { source, partition } of order.entries) {
      for (const each of partitions) if (each.input.name === source && each.partition === partition) each.held = true;
    }
    const taken = takeCheckpoint(
      {
        job: plan.name,
        lineage: run.lineage,
        chain,
        graph,
        inputs: run.inputs,
        partitions,
        outputs,
        ledgers: run.ledgers,
        fault,
      },
      numbered,
    );
    dueAt = clock.now() + settings.checkpointEveryMs;
    return complete(taken, numbered);
  }

  /** Starts a checkpoint beside the run, unless one is under way or nothing has happened. */
  function checkpointIfDue(wanted: boolean): void {
    if (checkpointing !== undefined || (!wanted && clock.now() < dueAt)) return;
    const entries = times.idleEntries(partitions, isIdle);
    if (!changed && entries.length === 0) {
      dueAt = clock.now() + settings.checkpointEveryMs;
      return;
    }
    checkpointing = begin({ entries, final: false, complete: false, replaced: false })
      .catch(fail)
      .finally(() => {
        checkpointing = undefined;
        wake.now();
      });
  }

  async function discover(): Promise<void> {
    if (clock.now() < discoverAt) return;
    discoverAt = clock.now() + settings.checkpointEveryMs;
    for (const input of run.inputs) {
      for (const { partition, start } of await input.reader.partitions()) {
        if (partitions.some((each) => each.input === input && each.partition === partition)) continue;
        enter({ input, partition, position: start, known: false });
      }
    }
  }

  /** A partition that is new to the history enters by the time log: what is final stays so. */
  function enter(start: StartPosition): void {
    const { source } = start.input;
    if (source.keyedBy !== undefined) {
      throw millraceError('MILLRACE_SOURCE_REPARTITIONED', {
        source: source.label,
        field: source.keyedBy,
        partition: start.partition,
      });
    }
    const floors = times.minima(start.input, partitions);
    const added = add(start);
    added.held = true;
    added.start();
    for (const [eventTime, watermark] of floors) {
      if (watermark === -Infinity) continue;
      const entry = {
        eventTime,
        source: start.input.name,
        partition: start.partition,
        offset: start.position,
        watermark,
      };
      times.apply(entry);
      appliedEntries.push(entry);
    }
    changed = true;
    dueAt = clock.now();
  }

  async function lastCheckpoint(ended: boolean): Promise<void> {
    await checkpointing;
    check();
    const complete = ended && settings.atEnd === 'flush';
    const replaced = ended && settings.publish === 'replace';
    const entries = complete ? times.endEntries(partitions) : [];
    if (entries.length > 0) {
      await begin({ entries, final: false, complete: false, replaced: false });
      check();
    }
    if (changed || complete || replaced) await begin({ entries: [], final: ended, complete, replaced });
    check();
  }

  async function loop(): Promise<'end' | 'stopped'> {
    for (;;) {
      check();
      if (stopping) return 'stopped';
      await discover();
      for (const { writer } of outputs) await writer.room();
      const held = graph.held();
      const full = held.rows >= settings.maxHeld || held.bytes >= heldBytesMax;
      const { partition, waitsForEntry } = choosePartition(partitions, times, full, isIdle);
      checkpointIfDue(waitsForEntry);
      check();
      if (partition !== undefined) {
        push(partition);
        await yieldToEvents();
      } else if (checkpointing === undefined && partitions.every(({ state }) => state === 'ended')) {
        return 'end';
      } else {
        await wake.wait(clock, nextEventMs());
      }
    }
  }

  function nextEventMs(): number {
    const now = clock.now();
    const idleAt = partitions.flatMap(({ state, quietSince }) => {
      const at = (quietSince ?? 0) + settings.idleTimeoutMs;
      return state === 'caughtUp' && at > now ? [at] : [];
    });
    return Math.max(Math.min(dueAt, discoverAt, ...idleAt) - now, 1);
  }

  return {
    partitions,
    times,
    checkpoints,
    isIdle,
    stop() {
      stopping = true;
      wake.now();
    },
    async drive() {
      try {
        for (const position of run.positions.filter(({ known }) => known)) add(position);
        for (const entry of run.owedEntries) times.apply(entry);
        times.start();
        for (const partition of partitions) applyDue(partition, partition.position);
        for (const partition of partitions) partition.start();
        for (const position of run.positions.filter(({ known }) => !known)) enter(position);
        const ended = await loop();
        await lastCheckpoint(ended === 'end');
        return ended;
      } finally {
        closing.abort();
        // What is under way must not go on beside the next run: it may fail, and nobody asks any more.
        await checkpointing?.catch(() => undefined);
      }
    },
  };
}
