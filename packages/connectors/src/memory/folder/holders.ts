import { hostname } from 'node:os';
import type { ObjectStore } from '@millrace/core';

/** Who is at work on a result. */
interface Holder {
  readonly lineage: string;
  readonly host: string;
  readonly pid: number;
}

/** What this process holds: its number alone may be that of a process that was killed before. */
const heldHere = new Set<string>();

/** Says that this process works on the result at `place`, until it lets go or dies. */
export async function hold(objects: ObjectStore, place: string, lineage: string): Promise<() => Promise<void>> {
  await living(objects, place);
  const key = `${place}/holders/${crypto.randomUUID()}`;
  const holder: Holder = { lineage, host: hostname(), pid: process.pid };
  heldHere.add(key);
  await objects.put(key, new TextEncoder().encode(JSON.stringify(holder)));
  return async () => {
    heldHere.delete(key);
    await objects.delete(key);
  };
}

/** Whether a process that is alive works for the lineage on the result at `place`. */
export async function isHeld(objects: ObjectStore, place: string, lineage: string): Promise<boolean> {
  return (await living(objects, place)).some((holder) => holder.lineage === lineage);
}

/** The holders that are alive; forgets the others. */
async function living(objects: ObjectStore, place: string): Promise<readonly Holder[]> {
  const alive: Holder[] = [];
  for await (const { key } of objects.list(`${place}/holders/`)) {
    const bytes = await objects.get(key);
    if (bytes === undefined) continue;
    const holder = JSON.parse(new TextDecoder().decode(bytes)) as Holder;
    if (isAlive(key, holder)) alive.push(holder);
    else await objects.delete(key);
  }
  return alive;
}

function isAlive(key: string, { host, pid }: Holder): boolean {
  // Of another machine nothing can be known; a folder is used by one at a time.
  if (host !== hostname()) return false;
  if (pid === process.pid) return heldHere.has(key);
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
