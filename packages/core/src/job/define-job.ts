import type { ObjectStore } from '../connector/object-store.js';
import { startInGroup } from '../group/start-in-group.js';
import { describePlan } from './describe.js';
import { jobBrand, type FlowsOf, type Inputs, type Job, type Outputs, type SameRecords, type SinksFor } from './job.js';
import { planJob } from './job-plan.js';
import { startJob } from './start-job.js';

/**
 * Defines a job: where records come from, the graph, and where its outputs go. Calls the graph once and checks all that
 * can be checked without a server; nothing is connected and no record is read.
 *
 * @throws MillraceError with all that is wrong at once: missing sinks, a sink that cannot take its output, two
 * operators of the same state name.
 */
export function defineJob<const I extends Inputs, O extends Outputs>(job: {
  /** The name of its history: checkpoints and sinks are found by it. */
  readonly name: string;
  /** What is read live, and what a replay reads instead: the same records, kept. */
  readonly sources: { readonly live: I; readonly replay?: SameRecords<NoInfer<I>> };
  readonly graph: (inputs: FlowsOf<I>) => O;
  readonly sinks: SinksFor<NoInfer<O>>;
  /** Where checkpoints are kept. In process by default: they are gone with it, and its sinks should be too. */
  readonly checkpoints?: ObjectStore;
}): Job<O> {
  const plan = planJob(job);
  const labels = new Map([...plan.sinks].map(([output, sink]) => [output, sink.label]));
  return {
    name: plan.name,
    [jobBrand]: {
      start: (options) =>
        options.group === undefined ? startJob(plan, options) : startInGroup(plan, options.group, options),
      describe: () => describePlan(plan.name, plan.outputs, labels),
    },
  };
}
