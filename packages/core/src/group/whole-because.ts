import type { Sink } from '../connector/sink.js';
import type { JobPlan } from '../job/job-plan.js';
import { nodesOf } from '../plan/walk.js';

/**
 * Why one member of a group has to run a job as a whole while the others stand by, as the end of a sentence about the
 * job; undefined where its partitions can be worked on apart.
 */
export function wholeBecause(
  { inputs, outputs }: JobPlan,
  sinks: ReadonlyMap<string, Sink<never>>,
): string | undefined {
  if (inputs.size > 1) return 'it has several inputs';
  const exchange = nodesOf(outputs.values()).find(({ role }) => role === 'exchange');
  if (exchange !== undefined) return `its graph has an ${exchange.label} between partitions`;
  const single = [...sinks.values()].find(({ shared }) => shared !== true);
  return single === undefined ? undefined : `its ${single.label} takes the rows of one process`;
}
