import { join, resolve } from 'node:path';
import { folder } from '@millrace/core/folder';
import { pathName, type Backend } from '../backend.js';
import type { TopicLog } from '../topic-log.js';
import { folderLog } from './folder-log.js';
import { hold, isHeld } from '../../holding/holders.js';

/** Topics and results in a folder: `topics/`, `views/`, `lists/`, each named as it is. */
export function folderBackend(path: string, clock: () => number): Omit<Backend, 'identity'> {
  const root = resolve(path);
  const objects = folder(path);
  const logs = new Map<string, Promise<TopicLog>>();
  return {
    clock,
    objects: async () => objects,
    log(name, partitions) {
      const opening = logs.get(name) ?? folderLog(join(root, 'topics', pathName(name)), name, partitions);
      logs.set(name, opening);
      // One that failed is tried again.
      opening.catch(() => logs.delete(name));
      return opening;
    },
    hold: (place, lineage) => hold(objects, place, lineage),
    isHeld: (place, lineage) => isHeld(objects, place, lineage),
  };
}
