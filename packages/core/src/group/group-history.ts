import { openLineage } from '../checkpoint/lineage.js';
import type { Manifest } from '../checkpoint/manifest.js';
import type { ObjectStore } from '../connector/object-store.js';
import type { Sink } from '../connector/sink.js';
import { isMillraceError } from '../error/millrace-error.js';
import { openingManifest } from '../job/claim.js';
import type { JobPlan } from '../job/job-plan.js';
import { openInputs, startPositions } from '../job/open-run.js';
import { spreadOnly } from '../job/open-history.js';
import type { RunSettings } from '../job/run-settings.js';
import { wholeBecause } from './whole-because.js';

/** How the history of a job is kept that a group runs. */
export interface GroupHistory {
  /** The first manifest of a history by partition; undefined where one member runs the whole job. */
  readonly root: Manifest | undefined;
  /** Why it is not spread, as the end of a sentence. */
  readonly because: string | undefined;
}

/**
 * Finds out whether the partitions of a job are spread, and begins such a history where there is none: with the lineage
 * and the positions that all members take from it, whoever was first.
 *
 * @throws MillraceError where the history is spread, and the job cannot be any more.
 */
export async function openGroupHistory(
  plan: JobPlan,
  store: ObjectStore,
  sinks: ReadonlyMap<string, Sink<never>>,
  settings: RunSettings,
): Promise<GroupHistory> {
  const because = wholeBecause(plan, sinks);
  const { head } = await openLineage(store, plan.name, 'live', false);
  if (head?.spread === true) {
    if (because !== undefined) throw spreadOnly(plan, `is given, but ${because}`);
    return { root: head, because };
  }
  if (head !== undefined) return { root: undefined, because: because ?? 'its history was begun by one process' };
  return { root: because === undefined ? await begin(plan, store, settings) : undefined, because };
}

async function begin(plan: JobPlan, store: ObjectStore, settings: RunSettings): Promise<Manifest | undefined> {
  const opened: { close(): Promise<void> }[] = [];
  try {
    const positions = await startPositions(await openInputs(plan, settings, opened), undefined);
    const chain = await openLineage(store, plan.name, 'live', false);
    const history = { chain, head: undefined, insteadOf: undefined, timeLog: [] };
    if (chain.head === undefined)
      await chain.commit({ ...openingManifest(plan, chain, history, positions), spread: true });
    return chain.head?.spread === true ? chain.head : undefined;
  } catch (error) {
    if (!isMillraceError(error) || error.code !== 'MILLRACE_OWNERSHIP_LOST') throw error;
    // Another member was faster, and began the same.
    return (await openLineage(store, plan.name, 'live', false)).head;
  } finally {
    await Promise.all(opened.map((each) => each.close()));
  }
}
