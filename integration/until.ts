import { setTimeout } from 'node:timers/promises';

/** Long enough for a server that comes back on a busy machine, and shorter than the time of a test. */
const patienceMs = 60_000;

/** Waits until it is so. Where that takes too long it fails, with what `told` says there is instead. */
export async function until(
  isSo: () => boolean | Promise<boolean>,
  told: () => unknown = () => undefined,
): Promise<void> {
  for (const since = performance.now(); !(await isSo());) {
    await setTimeout(5);
    if (performance.now() - since < patienceMs) continue;
    throw new Error(`still not so: ${String(isSo)} ${JSON.stringify(await told()) ?? ''}`);
  }
}

/** What `read` gives as soon as it is so. */
export async function settled<T>(read: () => T | Promise<T>, isSo: (value: T) => boolean): Promise<T> {
  let value: T;
  await until(
    async () => isSo((value = await read())),
    () => value,
  );
  return value!;
}
