import type { Chain } from '../checkpoint/chain.js';
import type { Manifest } from '../checkpoint/manifest.js';
import type { SourcePartition } from '../connector/source.js';
import { millraceError } from '../error/millrace-error.js';
import { graphInstance, type GraphInstance } from '../graph/graph-instance.js';
import type { LedgerCounts } from '../ledger/ledger.js';
import { named } from '../plan/named.js';
import { neededColumns, needsMetadata, nodesOf } from '../plan/walk.js';
import type { TimeLogEntry } from '../time/time-log.js';
import { checkTimeLog } from './check-time-log.js';
import { entryOfStored } from './checkpointer.js';
import type { JobPlan } from './job-plan.js';
import { openingManifest } from './claim.js';
import { openInput, type InputReader } from './input-reader.js';
import type { RunOptions } from './job.js';
import { checkIdentity, openHistory } from './open-history.js';
import { chosenSinks, finishPublishing, openOutputs, refuseComplete } from './open-outputs.js';
import type { OutputWriter } from './output-writer.js';
import { allLedgers, restore } from './restore.js';
import { endingError } from './overtaken.js';
import type { StartPosition } from './start-position.js';
import type { RunSettings } from './run-settings.js';
import { wakeUp, type WakeUp } from './wake-up.js';

/** Everything that a run needs, connected and restored; no record was read yet. */
export interface OpenRun {
  readonly chain: Chain;
  readonly lineage: string;
  /** The checkpoint that it goes on from; undefined for a new history. */
  readonly restored: Manifest | undefined;
  readonly inputs: readonly InputReader[];
  /** The partitions to start with, and the offset to read first. */
  readonly positions: readonly StartPosition[];
  readonly outputs: readonly OutputWriter[];
  readonly graph: GraphInstance;
  /** What its loop sleeps by. */
  readonly wake: WakeUp;
  readonly ledgers: () => ReadonlyMap<string, LedgerCounts>;
  /** Entries that a replay has to apply when it gets to them. */
  readonly timeLog: readonly TimeLogEntry[];
  /** Entries of the restored checkpoint: durable, and not part of its state. */
  readonly owedEntries: readonly TimeLogEntry[];
  close(): Promise<void>;
}

/** Connects and restores a run. Whatever fails here fails before the first record, and leaves nothing open. */
export async function openRun(plan: JobPlan, options: RunOptions, settings: RunSettings): Promise<OpenRun> {
  const opened: { close(): Promise<void> }[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(opened.splice(0).map((each) => each.close()));
  };
  let chain: Chain | undefined;
  try {
    const history = await openHistory(plan, settings, options);
    const { head } = history;
    chain = history.chain;
    const inputs = await openInputs(plan, settings, opened);
    for (const node of nodesOf(plan.outputs.values())) await node.ready?.();
    const positions = await startPositions(inputs, head ?? history.root);
    checkTimeLog(history.timeLog, { mode: settings.mode, outputs: plan.outputs, inputs, positions });
    // Refused here, a run changes nothing.
    chosenSinks(plan, options, settings);
    if (head?.complete === true) await refuseComplete(plan, options, settings, head);
    const opening = openingManifest(plan, chain, history, positions);
    const outputs = await claimedOutputs(plan, options, settings, chain, opening, opened);
    await finishPublishing(outputs, head);
    const wake = wakeUp();
    const graph = graphInstance({
      outputs: plan.outputs,
      tasks: taskCount(settings.tasks, inputs, positions),
      logger: settings.logger,
      early: settings.mode !== 'replay',
      answered: wake.now,
      onOutput: (output, task, signal) => outputs.find((each) => each.output === output)!.receive(signal, task),
    });
    opened.push({ close: async () => graph.close() });
    if (head !== undefined) await restore(chain, head, graph, inputs, outputs);
    return {
      chain,
      lineage: opening.lineage,
      restored: head,
      inputs,
      positions,
      outputs,
      graph,
      wake,
      ledgers: () => allLedgers(graph, inputs),
      timeLog: history.timeLog,
      owedEntries: head?.timeLog.map(entryOfStored) ?? [],
      close,
    };
  } catch (error) {
    await close();
    throw await endingError(plan.name, chain, error);
  }
}

/**
 * Connects the sinks, and makes the history this run's own. One that goes on is claimed first: its old owner can commit
 * nothing from then on. A new one has no owner, and begins once no sink has refused it: nothing is left of a refused run.
 */
async function claimedOutputs(
  plan: JobPlan,
  options: RunOptions,
  settings: RunSettings,
  chain: Chain,
  opening: Manifest,
  opened: { close(): Promise<void> }[],
): Promise<OutputWriter[]> {
  if (opening.claim) await chain.commit(opening);
  const outputs = await openOutputs(plan, options, settings, opening, opened);
  if (!opening.claim) await chain.commit(opening);
  return outputs;
}

// Every task needs a partition of every input: one without would promise that nothing is to come, for ever, and a
// partition that is found later could be its own.
function taskCount(wanted: number, inputs: readonly InputReader[], positions: readonly StartPosition[]): number {
  const partitions = new Map(inputs.filter(({ source }) => !source.bounded).map((input) => [input, 0]));
  for (const { input } of positions) partitions.set(input, (partitions.get(input) ?? 0) + 1);
  return Math.max(1, Math.min(wanted, ...partitions.values()));
}

/** Connects the inputs; what is open goes to `opened`. */
export async function openInputs(
  plan: JobPlan,
  settings: RunSettings,
  opened: { close(): Promise<void> }[],
): Promise<InputReader[]> {
  const needed = neededColumns(plan.outputs);
  const metadata = needsMetadata(plan.outputs);
  const inputs: InputReader[] = [];
  for (const input of plan.inputs.values()) {
    const columns = needed.get(input.flow.node) ?? new Set<string>();
    const reader = await openInput(input, settings, columns, metadata);
    opened.push(reader.reader);
    inputs.push(reader);
  }
  return inputs;
}

/** Where each partition is read from: where `head` says, else from its lowest stored offset. */
export async function startPositions(
  inputs: readonly InputReader[],
  head: Manifest | undefined,
): Promise<StartPosition[]> {
  const positions: StartPosition[] = [];
  for (const input of inputs) {
    const cut = head && named(head.sources, input.name);
    checkIdentity(input.source.label, input.reader.identity, cut);
    for (const each of await input.reader.partitions()) {
      const position = cut?.positions[each.partition];
      if (position !== undefined) checkRange(input, each, position);
      positions.push({
        input,
        partition: each.partition,
        position: position ?? each.start,
        end: each.end,
        known: position !== undefined || cut === undefined,
      });
    }
  }
  return positions;
}

function checkRange(input: InputReader, { partition, start, end }: SourcePartition, position: number): void {
  const source = input.source.label;
  if (position < start) throw millraceError('MILLRACE_SOURCE_TRUNCATED', { source, partition, position, start });
  if (position > end) throw millraceError('MILLRACE_SOURCE_BEYOND_END', { source, partition, position, end });
}
