import { openDomain, openLineage } from '../checkpoint/lineage.js';
import type { Manifest } from '../checkpoint/manifest.js';
import type { ObjectStore } from '../connector/object-store.js';
import { digestOf, type Digest } from '../digest/digest.js';
import type { JobPlan } from '../job/job-plan.js';
import type { RunResult } from '../job/job.js';
import { reportText } from '../job/report.js';
import { addLedger, emptyLedger, type LedgerCounts } from '../ledger/ledger.js';
import { domainOf } from './domain.js';

/** What a job has come to as of its last checkpoints, over all domains and whoever has run them. */
export async function groupResult(plan: JobPlan, store: ObjectStore, root: Manifest | undefined): Promise<RunResult> {
  const heads = root === undefined ? [await wholeHead(plan, store)] : await domainHeads(plan, store, root);
  const digests = new Map<string, Digest>([...plan.outputs].map(([output, { schema }]) => [output, digestOf(schema)]));
  const ledger: Record<string, LedgerCounts> = {};
  let checkpoint = -1;
  for (const head of heads) {
    if (head === undefined) continue;
    checkpoint = Math.max(checkpoint, head.number);
    for (const [output, { rows, digest }] of Object.entries(head.outputs))
      digests.get(output)?.merge({ rows, hash: digest });
    for (const [operator, counts] of Object.entries(head.ledgers))
      addLedger((ledger[operator] ??= emptyLedger()), counts);
  }
  const outputs = Object.fromEntries(
    [...digests].map(([output, digest]) => {
      const { rows, hash } = digest.value();
      return [output, { rows, digest: hash }];
    }),
  );
  return { job: plan.name, ended: 'stopped', checkpoint, outputs, ledger, report: reportText(outputs, ledger) };
}

async function wholeHead({ name }: JobPlan, store: ObjectStore): Promise<Manifest | undefined> {
  return (await openLineage(store, name, 'live', false)).head;
}

async function domainHeads({ name }: JobPlan, store: ObjectStore, root: Manifest): Promise<(Manifest | undefined)[]> {
  const partitions = Object.values(root.sources).flatMap(({ positions }) => Object.keys(positions).map(Number));
  const heads: (Manifest | undefined)[] = [];
  // Partitions that were added since have the numbers behind those of the beginning.
  for (let partition = 0; ; partition++) {
    const domain = await openDomain(store, name, 'live', domainOf(partition).name);
    if (domain?.chain.head === undefined && !partitions.includes(partition)) return heads;
    heads.push(domain?.chain.head);
  }
}
