import { hostname } from 'node:os';
import type { ObjectStore } from '@millrace/core';
import { isAlive } from './is-alive.js';

// Who is at work on a result stands beside it, as an object per process: so that nobody swaps the result of a job that
// runs. Whether a process of this machine lives is known. One of another machine writes its object again from time to
// time, and is taken for dead when it has not for a while, by the clock of the store and no other.

/** Who is at work on a result. */
interface Holder {
  readonly lineage: string;
  readonly host: string;
  readonly pid: number;
}

const beatEveryMs = 10_000;
const silentMs = 40_000;

/** What this process holds: its number alone may be that of a process that was killed before. */
const heldHere = new Set<string>();

/** Says that this process works on the result at `place`, until it lets go or dies. */
export async function hold(objects: ObjectStore, place: string, lineage: string): Promise<() => Promise<void>> {
  const key = `${prefixOf(place)}${crypto.randomUUID()}`;
  const holder: Holder = { lineage, host: hostname(), pid: process.pid };
  const write = (): Promise<void> => objects.put(key, new TextEncoder().encode(JSON.stringify(holder)));
  heldHere.add(key);
  await write();
  // A beat that fails is made good by the next one; the run's own writes say what is wrong with the store.
  let beating = Promise.resolve();
  const timer = setInterval(() => {
    beating = write().catch(() => undefined);
  }, beatEveryMs);
  timer.unref();
  await living(objects, place);
  return async () => {
    clearInterval(timer);
    heldHere.delete(key);
    await beating;
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
  let now: number | undefined;
  for await (const { key, modified } of objects.list(prefixOf(place))) {
    const bytes = await objects.get(key);
    if (bytes === undefined) continue;
    const holder = JSON.parse(new TextDecoder().decode(bytes)) as Holder;
    const lives =
      holder.host === hostname()
        ? livesHere(key, holder)
        : (now ??= await timeOf(objects, place)) - modified < silentMs;
    if (lives) alive.push(holder);
    else await objects.delete(key);
  }
  return alive;
}

function livesHere(key: string, { pid }: Holder): boolean {
  return pid === process.pid ? heldHere.has(key) : isAlive(pid);
}

/** The time of the store, as it stamps what is written now. */
async function timeOf(objects: ObjectStore, place: string): Promise<number> {
  const key = `${place}/holders-time/${crypto.randomUUID()}`;
  await objects.put(key, new Uint8Array(0));
  let now = 0;
  for await (const { modified } of objects.list(key)) now = modified;
  await objects.delete(key);
  return now;
}

function prefixOf(place: string): string {
  return `${place}/holders/`;
}
