import type { Chain } from '../checkpoint/chain.js';
import type { Manifest } from '../checkpoint/manifest.js';
import type { SinkWriter } from '../connector/sink.js';
import type { SourcePartition } from '../connector/source.js';
import { millraceError } from '../error/millrace-error.js';
import { graphInstance, type GraphInstance } from '../graph/graph-instance.js';
import { addLedger, type LedgerCounts } from '../ledger/ledger.js';
import type { PlanNode } from '../plan/node.js';
import { neededColumns, needsMetadata } from '../plan/walk.js';
import { tableFromIpc } from '../state/ipc.js';
import type { StateTables } from '../state/table.js';
import type { TimeLogEntry } from '../time/time-log.js';
import { digestState, entryOfStored, publishOutputs } from './checkpointer.js';
import { sinkIssue, type JobPlan } from './define-job.js';
import { openInput, type InputReader } from './input-reader.js';
import type { RunOptions } from './job.js';
import { checkIdentity, openHistory } from './open-history.js';
import { outputWriter, type OutputWriter } from './output-writer.js';
import type { RunSettings } from './run-settings.js';

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
  readonly ledgers: () => ReadonlyMap<string, LedgerCounts>;
  /** Entries that a replay has to apply when it gets to them. */
  readonly timeLog: readonly TimeLogEntry[];
  /** Entries of the restored checkpoint: durable, and not part of its state. */
  readonly owedEntries: readonly TimeLogEntry[];
  close(): Promise<void>;
}

/** Where to start in a partition; `known` where the checkpoint had it, or the history is new. */
export interface StartPosition {
  readonly input: InputReader;
  readonly partition: number;
  readonly position: number;
  readonly known: boolean;
}

/** Connects and restores a run. Whatever fails here fails before the first record, and leaves nothing open. */
export async function openRun(plan: JobPlan, options: RunOptions, settings: RunSettings): Promise<OpenRun> {
  const opened: { close(): Promise<void> }[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(opened.splice(0).map((each) => each.close()));
  };
  try {
    const history = await openHistory(plan, settings, options);
    const { chain, head } = history;
    const inputs = await openInputs(plan, settings, opened);
    const positions = await startPositions(inputs, head);
    if (settings.mode === 'replay') checkTimeLog(history.timeLog, inputs, positions);
    const lineage = head?.lineage ?? crypto.randomUUID();
    await claim(plan, chain, head, lineage, positions);
    const outputs = await openOutputs(plan, options, settings, chain.head!, opened);
    await finishPublishing(plan, outputs, head);
    const graph = graphInstance({
      outputs: plan.outputs,
      tasks: taskCount(settings.tasks, positions),
      logger: settings.logger,
      onOutput: (output, _, signal) => {
        const to = outputs.find((each) => each.output === output)!;
        if (signal.kind === 'batch') to.write(signal.batch);
        else if (signal.kind === 'watermark') to.watermark = Math.max(to.watermark, signal.time);
      },
    });
    opened.push({ close: async () => graph.close() });
    if (head !== undefined) await restore(chain, head, graph, inputs, outputs);
    return {
      chain,
      lineage,
      restored: head,
      inputs,
      positions,
      outputs,
      graph,
      ledgers: () => allLedgers(graph, inputs),
      timeLog: history.timeLog,
      owedEntries: head?.timeLog.map(entryOfStored) ?? [],
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

// Every task needs a partition of every input: one without would promise that nothing is to come, for ever, and a
// partition that is found later could be its own.
function taskCount(wanted: number, positions: readonly StartPosition[]): number {
  const partitions = new Map<InputReader, number>();
  for (const { input } of positions) partitions.set(input, (partitions.get(input) ?? 0) + 1);
  return Math.max(1, Math.min(wanted, ...partitions.values()));
}

async function openInputs(
  plan: JobPlan,
  settings: RunSettings,
  opened: { close(): Promise<void> }[],
): Promise<InputReader[]> {
  const needed = neededColumns(plan.outputs);
  const metadata = needsMetadata(plan.outputs);
  const inputs: InputReader[] = [];
  for (const input of plan.inputs.values()) {
    const columns = needed.get(input.flow.node) ?? new Set<string>();
    const reader = await openInput(input, settings.mode, columns, metadata, settings.logger);
    opened.push(reader.reader);
    inputs.push(reader);
  }
  return inputs;
}

async function startPositions(inputs: readonly InputReader[], head: Manifest | undefined): Promise<StartPosition[]> {
  const positions: StartPosition[] = [];
  for (const input of inputs) {
    const cut = head?.sources[input.name];
    checkIdentity(input.source.label, input.reader.identity, cut);
    for (const each of await input.reader.partitions()) {
      const position = cut?.positions[each.partition];
      if (position !== undefined) checkRange(input, each, position);
      positions.push({
        input,
        partition: each.partition,
        position: position ?? each.start,
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

function checkTimeLog(
  log: readonly TimeLogEntry[],
  inputs: readonly InputReader[],
  positions: readonly StartPosition[],
): void {
  for (const { source, partition, offset } of log) {
    const input = inputs.find(({ name }) => name === source);
    const label = input?.source.label ?? source;
    const unfit = (problem: string): never => {
      throw millraceError('MILLRACE_TIME_LOG_UNFIT', { source: label, partition, problem });
    };
    if (input === undefined) unfit('the job has no such input');
    const known = positions.find((each) => each.input === input && each.partition === partition);
    if (known === undefined) unfit(`it names offset ${offset}, and there is no such partition`);
  }
}

// The first manifest of a history, or the claim of a new owner: from then on the old one cannot commit.
async function claim(
  plan: JobPlan,
  chain: Chain,
  head: Manifest | undefined,
  lineage: string,
  positions: readonly StartPosition[],
): Promise<void> {
  const createdAt = new Date().toISOString();
  if (head !== undefined) {
    await chain.commit({ ...head, number: head.number + 1, nonce: chain.nonce, claim: true, createdAt });
    return;
  }
  const sources: Record<string, { identity: string; positions: Record<string, number> }> = {};
  for (const { input, partition, position } of positions) {
    const { identity } = input.reader;
    (sources[input.name] ??= { identity, positions: {} }).positions[partition] = position;
  }
  await chain.commit({
    v: 1,
    number: 0,
    nonce: chain.nonce,
    claim: false,
    job: plan.name,
    lineage,
    createdAt,
    sources,
    timeLog: [],
    state: {},
    ledgers: {},
    outputs: {},
    staged: { checkpoint: 0, outputs: {}, final: false },
    complete: false,
    replaced: false,
  });
}

async function openOutputs(
  plan: JobPlan,
  options: RunOptions,
  settings: RunSettings,
  head: Manifest,
  opened: { close(): Promise<void> }[],
): Promise<OutputWriter[]> {
  const outputs: OutputWriter[] = [];
  for (const [output, node] of plan.outputs) {
    const writer = await openSink(plan, output, node, options, settings, head);
    opened.push(writer);
    outputs.push(outputWriter(output, node, writer));
  }
  return outputs;
}

async function openSink(
  plan: JobPlan,
  output: string,
  node: PlanNode,
  options: RunOptions,
  settings: RunSettings,
  { lineage, staged }: Manifest,
): Promise<SinkWriter> {
  const others = (options.sinks ?? {}) as Readonly<Record<string, typeof sink | undefined>>;
  const sink = plan.sinks.get(output)!;
  const other = others[output];
  const issue = other === undefined ? undefined : sinkIssue(output, node, other);
  if (issue !== undefined) throw issue;
  const chosen = other ?? sink;
  const writer = await chosen.open({
    schema: node.schema,
    mode: node.mode,
    output,
    job: plan.name,
    lineage,
    restored: staged.checkpoint,
    publish: settings.publish,
    logger: settings.logger,
  });
  const published = await writer.published();
  if (published > staged.checkpoint) {
    await writer.close();
    throw millraceError('MILLRACE_SINK_AHEAD', { sink: chosen.label, published, restored: staged.checkpoint });
  }
  return writer;
}

// The last checkpoint may have been committed and not published. Where the history is complete that is all there was
// left to do; where even that was done there is nothing to run.
async function finishPublishing(
  plan: JobPlan,
  outputs: readonly OutputWriter[],
  head: Manifest | undefined,
): Promise<void> {
  if (head === undefined) return;
  const { staged } = head;
  const shown = await Promise.all(outputs.map(({ writer }) => writer.published()));
  const owed = outputs.some(
    ({ output }, i) => (staged.outputs[output] ?? null) !== null && shown[i]! < staged.checkpoint,
  );
  if (head.complete && !owed) throw millraceError('MILLRACE_LINEAGE_COMPLETE', { job: plan.name });
  if (Object.keys(staged.outputs).length > 0) await publishOutputs(outputs, staged);
}

async function restore(
  chain: Chain,
  head: Manifest,
  graph: GraphInstance,
  inputs: readonly InputReader[],
  outputs: readonly OutputWriter[],
): Promise<void> {
  const states = new Map<string, readonly StateTables[]>();
  for (const [name, { files }] of Object.entries(head.state)) {
    const parts: Record<string, StateTables[string]>[] = [];
    for (const file of files) {
      (parts[file.task] ??= {})[file.table] = tableFromIpc(await chain.getState(file));
    }
    states.set(
      name,
      parts.filter((part) => part !== undefined),
    );
  }
  for (const [name, parts] of states) graph.restore(name, parts);
  for (const writer of outputs) {
    const cut = head.outputs[writer.output];
    if (cut === undefined) continue;
    writer.restore({ rows: cut.rows, hash: cut.digest }, states.get(digestState(writer.output))?.[0]);
  }
  graph.countOn(new Map(Object.entries(head.ledgers)));
  for (const { name, ledger } of inputs) {
    const counts = head.ledgers[sourceLedger(name)];
    if (counts !== undefined) addLedger(ledger, counts);
  }
}

function allLedgers(graph: GraphInstance, inputs: readonly InputReader[]): ReadonlyMap<string, LedgerCounts> {
  return new Map([...inputs.map(({ name, ledger }) => [sourceLedger(name), ledger] as const), ...graph.ledgers()]);
}

function sourceLedger(input: string): string {
  return `source(${input})`;
}
