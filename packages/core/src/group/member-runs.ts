import type { Manifest } from '../checkpoint/manifest.js';
import { isMillraceError } from '../error/millrace-error.js';
import type { JobHandle } from '../job/job.js';
import type { Logger } from '../metrics/logger.js';
import type { Clock } from '../time/clock.js';
import { domainOf, type Domain } from './domain.js';

/** The runs of one member: one per partition that it was assigned, or one of the whole job. */
export interface MemberRuns {
  /** Starts what is new, and stops what went to others. */
  assign(partitions: readonly number[]): void;
  /** Those that are under way. */
  readonly handles: readonly JobHandle[];
  /** Stops all, each with a last checkpoint; settles when they are over. Never rejects. */
  stop(): Promise<void>;
}

/** What they have to know. */
export interface MemberRunsOptions {
  readonly job: string;
  /** Whether each partition is a domain with a history of its own. */
  readonly spread: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly start: (domain: Domain | undefined, published: (manifest: Manifest) => void) => JobHandle;
  readonly published: (manifest: Manifest) => void;
  /** Told what cannot be mended by another try. */
  readonly failed: (error: unknown) => void;
}

/** What is run over and over, while it is this member's. */
interface Kept {
  wanted: boolean;
  handle: JobHandle | undefined;
  /** Settles when the run is over and not wanted any more. */
  over: Promise<void> | undefined;
  readonly waiting: AbortController;
}

const firstWaitMs = 100;
const longestWaitMs = 2000;

/** Runs of nothing, at first. */
export function memberRuns(options: MemberRunsOptions): MemberRuns {
  const { job, spread, clock, logger, failed } = options;
  const kept = new Map<number, Kept>();
  let stopped = false;

  /** One run after the other: who was overtaken looks again whether the partition is still its own. */
  async function keep(own: Kept, domain: Domain | undefined): Promise<void> {
    for (let waitMs = firstWaitMs; own.wanted; waitMs = Math.min(2 * waitMs, longestWaitMs)) {
      own.handle = options.start(domain, options.published);
      if (!own.wanted) own.handle.stop().catch(() => undefined);
      try {
        await own.handle.done;
        // Stopped, or at the end of a topic that was sealed: there is nothing to do for this partition any more.
        return;
      } catch (error) {
        if (!isMillraceError(error) || error.code !== 'MILLRACE_OWNERSHIP_LOST') throw error;
        logger.info({ job, domain: domain?.name ?? '' }, 'Another member of the group has gone on from here.');
      } finally {
        own.handle = undefined;
      }
      if (own.wanted) await clock.sleep(waitMs, own.waiting.signal);
    }
  }

  function take(number: number): void {
    const before = kept.get(number);
    if (before?.wanted === true) return;
    const own: Kept = { wanted: true, handle: undefined, over: undefined, waiting: new AbortController() };
    kept.set(number, own);
    // What this process did with it before has to be over first.
    own.over = Promise.resolve(before?.over)
      .then(() => keep(own, spread ? domainOf(number) : undefined))
      .catch(failed);
  }

  function release(own: Kept): void {
    own.wanted = false;
    own.waiting.abort();
    own.handle?.stop().catch(() => undefined);
  }

  return {
    assign(partitions) {
      if (stopped) return;
      // The whole job goes with any of its partitions: whoever may not spread them gives all to one.
      const wanted = new Set(spread ? partitions : partitions.length > 0 ? [0] : []);
      for (const [number, own] of kept) if (own.wanted && !wanted.has(number)) release(own);
      wanted.forEach(take);
    },
    get handles() {
      return [...kept.values()].flatMap(({ handle }) => (handle === undefined ? [] : [handle]));
    },
    async stop() {
      stopped = true;
      for (const own of kept.values()) release(own);
      for (const { over } of kept.values()) await over;
    },
  };
}
