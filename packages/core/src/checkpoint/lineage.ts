import type { ObjectStore } from '../connector/object-store.js';
import { openChain, type Chain } from './chain.js';
import type { Manifest } from './manifest.js';

/**
 * The histories of a job, numbered. A job that runs live and is replayed has two tracks, each with histories of its own:
 * the positions of a replay say nothing of those of the stream.
 */
export type Track = 'live' | 'replay';

/** Opens the newest history of a track, or a new one behind it; its first manifest is not written yet then. */
export async function openLineage(store: ObjectStore, job: string, track: Track, fresh: boolean): Promise<Chain> {
  const { chain, next } = await newest(store, job, track);
  return fresh ? next : chain;
}

/** The chain of a domain of the newest history of a track; undefined where that has none, as it was not spread. */
export async function openDomain(
  store: ObjectStore,
  job: string,
  track: Track,
  domain: string,
): Promise<{ readonly chain: Chain; readonly root: Manifest } | undefined> {
  const { chain, prefix } = await newest(store, job, track);
  const root = chain.head;
  if (root?.spread !== true) return undefined;
  return { chain: await openChain(store, `${prefix}/${domain}`), root };
}

interface Newest {
  /** The last history that has begun; the first where none has. */
  readonly chain: Chain;
  readonly prefix: string;
  /** The one behind it. */
  readonly next: Chain;
}

async function newest(store: ObjectStore, job: string, track: Track): Promise<Newest> {
  let chain = await openChain(store, prefixOf(job, track, 0));
  if (chain.head === undefined) return { chain, prefix: prefixOf(job, track, 0), next: chain };
  for (let number = 1; ; number++) {
    const next = await openChain(store, prefixOf(job, track, number));
    if (next.head === undefined) return { chain, prefix: prefixOf(job, track, number - 1), next };
    chain = next;
  }
}

function prefixOf(job: string, track: Track, number: number): string {
  return `${job}/${track}/${String(number).padStart(4, '0')}`;
}
