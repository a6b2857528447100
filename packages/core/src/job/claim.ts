import type { Chain } from '../checkpoint/chain.js';
import type { Manifest } from '../checkpoint/manifest.js';
import type { JobPlan } from './job-plan.js';
import type { StartPosition } from './start-position.js';

/**
 * Writes the first manifest of a history, or the claim of a new owner: from then on the old one cannot commit. A claim is
 * the checkpoint before it once more, its time as well: a run that is refused behind it has changed nothing.
 */
export async function claim(
  plan: JobPlan,
  chain: Chain,
  head: Manifest | undefined,
  lineage: string,
  positions: readonly StartPosition[],
): Promise<void> {
  if (head !== undefined) {
    await chain.commit({ ...head, number: head.number + 1, nonce: chain.nonce, claim: true });
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
    createdAt: new Date().toISOString(),
    sources,
    timeLog: [],
    state: {},
    ledgers: {},
    outputs: {},
    staged: { checkpoint: 0, outputs: {}, shown: {}, final: false },
    complete: false,
    replaced: false,
  });
}
