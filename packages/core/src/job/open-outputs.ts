import type { Manifest } from '../checkpoint/manifest.js';
import type { SinkWriter } from '../connector/sink.js';
import { millraceError } from '../error/millrace-error.js';
import type { PlanNode } from '../plan/node.js';
import { publishOutputs } from './checkpointer.js';
import { sinkIssue, type JobPlan } from './job-plan.js';
import type { RunOptions } from './job.js';
import { outputWriter, type OutputWriter } from './output-writer.js';
import type { RunSettings } from './run-settings.js';

/** Connects the sinks of a run, for the history whose last manifest is `head`. What is open goes to `opened`. */
export async function openOutputs(
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

/**
 * Publishes what the last checkpoint has committed, maybe without showing it. Where the history is complete that is all
 * there was left to do; where even that was done there is nothing to run.
 */
export async function finishPublishing(
  plan: JobPlan,
  outputs: readonly OutputWriter[],
  head: Manifest | undefined,
): Promise<void> {
  if (head === undefined) return;
  const { staged } = head;
  const shown = await Promise.all(outputs.map(({ writer }) => writer.published()));
  // The last publication of a replacement is owed without a row as well: it swaps what was there.
  const swaps = head.replaced && staged.final;
  const owed = outputs.some(
    ({ output }, i) => (swaps || (staged.outputs[output] ?? null) !== null) && shown[i]! < staged.checkpoint,
  );
  if (head.complete && !owed) throw millraceError('MILLRACE_LINEAGE_COMPLETE', { job: plan.name });
  if (Object.keys(staged.outputs).length > 0) await publishOutputs(outputs, staged);
}
