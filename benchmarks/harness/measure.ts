import { readFileSync, writeFileSync } from 'node:fs';
import type { Measures } from './suite.js';

/** Runs `work` and measures it. Call `gc` first: what was left behind before is not its own. */
export async function measured<T>(
  work: () => Promise<T> | T,
): Promise<{ readonly result: T; readonly measures: Measures }> {
  const peakMb = startPeak();
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const result = await work();
  const wallMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { result, measures: { wallMs, cpuMs: (user + system) / 1000, peakMb: peakMb() } };
}

/**
 * Forgets the highest memory so far and gives a function that reads the highest since. Where the system can not forget
 * (all but Linux), it is that of the whole life of the process, with the loading of the input.
 */
function startPeak(): () => number {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
    return () => Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))![1]) / 1024;
  } catch {
    return () => process.resourceUsage().maxRSS / 1024;
  }
}
