import type { Manifest } from '../checkpoint/manifest.js';
import type { Sink, SinkWriter } from '../connector/sink.js';
import { millraceError, throwIssues } from '../error/millrace-error.js';
import { named } from '../plan/named.js';
import type { PlanNode } from '../plan/node.js';
import { publishOutputs } from './checkpointer.js';
import type { JobPlan } from './job-plan.js';
import type { RunOptions } from './job.js';
import { outputWriter, type OutputWriter } from './output-writer.js';
import type { RunSettings } from './run-settings.js';
import { sharedPlaces, sinkIssue } from './sink-fit.js';

/** Connects the sinks of a run, for the history whose last manifest is `head`. What is open goes to `opened`. */
export async function openOutputs(
  plan: JobPlan,
  options: RunOptions,
  settings: RunSettings,
  head: Manifest,
  opened: { close(): Promise<void> }[],
): Promise<OutputWriter[]> {
  const sinks = chosenSinks(plan, options, settings);
  const outputs: OutputWriter[] = [];
  for (const [output, node] of plan.outputs) {
    const writer = await openSink(plan, output, node, sinks.get(output)!, settings, head);
    opened.push(writer);
    outputs.push(outputWriter(output, node, writer, settings.logger));
  }
  return outputs;
}

/** The sinks of the job, and those of the run in their place. */
export function chosenSinks(
  plan: JobPlan,
  options: RunOptions,
  { mode }: RunSettings,
): ReadonlyMap<string, Sink<never>> {
  const others = (options.sinks ?? {}) as Readonly<Record<string, Sink<never> | undefined>>;
  const sinks = new Map(plan.sinks);
  for (const [output, node] of plan.outputs) {
    const other = named(others, output);
    if (other === undefined) continue;
    const issue = sinkIssue(output, node, other, mode !== 'replay');
    if (issue !== undefined) throw issue;
    sinks.set(output, other);
  }
  throwIssues(sharedPlaces(sinks));
  return sinks;
}

async function openSink(
  plan: JobPlan,
  output: string,
  node: PlanNode,
  sink: Sink<never>,
  settings: RunSettings,
  { number, lineage, staged }: Manifest,
): Promise<SinkWriter> {
  const writer = await sink.open({
    schema: node.schema,
    mode: node.mode,
    output,
    job: plan.name,
    lineage,
    ...(settings.domain === undefined ? {} : { domain: settings.domain.name }),
    restored: staged.checkpoint,
    epoch: number,
    publish: settings.publish,
    logger: settings.logger,
  });
  const published = await writer.published();
  if (published > staged.checkpoint) {
    await writer.close();
    throw millraceError('MILLRACE_SINK_AHEAD', { sink: sink.label, published, restored: staged.checkpoint });
  }
  if (published < (named(staged.shown, output) ?? -1)) {
    await writer.close();
    throw millraceError('MILLRACE_SINK_UNFIT', {
      sink: sink.label,
      output,
      problem: `it shows ${published < 0 ? 'nothing' : `checkpoint ${published}`} of this history, and had shown checkpoint ${staged.shown[output]}: its rows would be missing`,
      fix: "Give it the place that it had, one that lives as long as the checkpoints do (memory({ folder }), not memory()), or begin anew with lineage: 'new'.",
    });
  }
  return writer;
}

const replayAgain =
  "Replay it again with lineage: 'new', publish: 'replace' and atEnd: 'hold', then go on with mode: 'both'.";

/**
 * Publishes what the last checkpoint has committed, maybe without showing it. Where the history is complete that is all
 * there was left to do.
 */
export async function finishPublishing(outputs: readonly OutputWriter[], head: Manifest | undefined): Promise<void> {
  if (head === undefined || Object.keys(head.staged.outputs).length === 0) return;
  await publishOutputs(outputs, head.staged);
}

/**
 * Refuses to go on with a history that is complete and whose every row is shown: there is nothing to run. Asked before
 * the history is claimed, with sinks that are closed again: its owner can commit nothing more, so nothing moves meanwhile.
 */
export async function refuseComplete(
  plan: JobPlan,
  options: RunOptions,
  settings: RunSettings,
  head: Manifest,
): Promise<void> {
  const opened: { close(): Promise<void> }[] = [];
  try {
    const outputs = await openOutputs(plan, options, settings, head, opened);
    if (await isOwed(outputs, head)) return;
  } finally {
    await Promise.all(opened.map((each) => each.close()));
  }
  // What a replay has swapped in has to stay where it is until the topic can be gone on with.
  const fix = settings.mode === 'both' && head.replaced ? { fix: replayAgain } : {};
  throw millraceError('MILLRACE_LINEAGE_COMPLETE', { job: plan.name, ...fix });
}

/** Whether something that `head` has committed is not shown yet. */
async function isOwed(outputs: readonly OutputWriter[], { staged, replaced }: Manifest): Promise<boolean> {
  const shown = await Promise.all(outputs.map(({ writer }) => writer.published()));
  // The last publication of a replacement is owed without a row as well: it swaps what was there.
  const swaps = replaced && staged.final;
  return outputs.some(
    ({ output }, i) => (swaps || (named(staged.outputs, output) ?? null) !== null) && shown[i]! < staged.checkpoint,
  );
}
