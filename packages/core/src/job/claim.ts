import type { Chain } from '../checkpoint/chain.js';
import type { Manifest } from '../checkpoint/manifest.js';
import type { JobPlan } from './job-plan.js';
import type { History } from './open-history.js';
import type { StartPosition } from './start-position.js';

/**
 * What a run begins with: the first manifest of a new history, or the claim of a new owner, which is the checkpoint before
 * it once more, its time as well: a run that is refused behind it has changed nothing.
 */
export function openingManifest(
  plan: JobPlan,
  chain: Chain,
  { head, insteadOf, root }: History,
  positions: readonly StartPosition[],
): Manifest {
  if (head !== undefined) return { ...head, number: head.number + 1, nonce: chain.nonce, claim: true };
  const sources = new Map<string, { identity: string; positions: Record<string, number> }>();
  for (const { input, partition, position } of positions) {
    const { identity } = input.reader;
    const source = sources.get(input.name) ?? { identity, positions: {} };
    sources.set(input.name, source);
    source.positions[partition] = position;
  }
  return {
    v: 1,
    number: 0,
    nonce: chain.nonce,
    claim: false,
    job: plan.name,
    lineage: root?.lineage ?? crypto.randomUUID(),
    createdAt: new Date().toISOString(),
    sources: Object.fromEntries(sources),
    timeLog: [],
    state: {},
    ledgers: {},
    outputs: {},
    staged: { checkpoint: 0, outputs: {}, shown: {}, final: false },
    complete: false,
    replaced: false,
    ...(insteadOf === undefined ? {} : { insteadOf }),
  };
}
