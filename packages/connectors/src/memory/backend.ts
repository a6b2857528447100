import type { ObjectStore } from '@millrace/core';
import { memoryStore } from '@millrace/core';
import { processLog } from './process-log.js';
import type { TopicLog } from './topic-log.js';

/** Where topics and results are kept: in the process, or in a folder. */
export interface Backend {
  /** What tells it from all others: the folder, or this value. */
  readonly identity: unknown;
  readonly clock: () => number;
  /** What results are made of. */
  objects(): Promise<ObjectStore>;
  /** The topic of that name, made with so many partitions where it is not there. */
  log(name: string, partitions: number): Promise<TopicLog>;
  /** Says that a lineage is at work on the result at `place`, until the function that it gives is called. */
  hold(place: string, lineage: string): Promise<() => Promise<void>>;
  /** Whether a lineage is at work on the result at `place` now, in this process or another one that is alive. */
  isHeld(place: string, lineage: string): Promise<boolean>;
}

/** All in this process, gone when it ends. */
export function processBackend(clock: () => number): Backend {
  const objects = memoryStore();
  const logs = new Map<string, TopicLog>();
  const holds: { readonly place: string; readonly lineage: string }[] = [];
  return {
    identity: objects,
    clock,
    objects: async () => objects,
    async log(name, partitions) {
      const log = logs.get(name) ?? processLog(name, partitions);
      logs.set(name, log);
      return log;
    },
    async hold(place, lineage) {
      const held = { place, lineage };
      holds.push(held);
      return async () => {
        const index = holds.indexOf(held);
        if (index >= 0) holds.splice(index, 1);
      };
    },
    async isHeld(place, lineage) {
      return holds.some((held) => held.place === place && held.lineage === lineage);
    },
  };
}

/** A name of a topic or result, as a part of a path: letters, digits and `-_.~!'()*` stay as they are. */
export function pathName(name: string): string {
  // A leading dot would make a hidden file, or leave the folder.
  return encodeURIComponent(name).replace(/^\./, '%2E');
}
