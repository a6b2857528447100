import type { ObjectStore } from '../connector/object-store.js';
import { openChain, type Chain } from './chain.js';

/**
 * The histories of a job, numbered. A job that runs live and is replayed has two tracks, each with histories of its own:
 * the positions of a replay say nothing of those of the stream.
 */
export type Track = 'live' | 'replay';

/** Opens the newest history of a track, or a new one behind it; its first manifest is not written yet then. */
export async function openLineage(store: ObjectStore, job: string, track: Track, fresh: boolean): Promise<Chain> {
  let number = 0;
  let chain = await openChain(store, prefixOf(job, track, number));
  while (chain.head !== undefined) {
    const next = await openChain(store, prefixOf(job, track, number + 1));
    if (next.head === undefined) return fresh ? next : chain;
    chain = next;
    number++;
  }
  return chain;
}

function prefixOf(job: string, track: Track, number: number): string {
  return `${job}/${track}/${String(number).padStart(4, '0')}`;
}
