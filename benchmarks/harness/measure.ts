import { readFileSync, writeFileSync } from 'node:fs';
import { startServerCpu } from './server-cpu.js';
import type { Measures, ServerName } from './suite.js';

/**
 * Runs `work` and measures it. Call `gc` first: what was left behind before is not its own. The CPU time of `server` is
 * measured too.
 */
export async function measured<T>(
  work: (started: () => void) => Promise<T> | T,
  server?: ServerName,
): Promise<{ readonly result: T; readonly measures: Measures }> {
  const peakMb = startPeak();
  const serverSince = server && startServerCpu(server);
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  let startMs: number | undefined;
  const result = await work(() => (startMs ??= performance.now() - startedAt));
  const wallMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpuBefore);
  const measures = { wallMs, cpuMs: (user + system) / 1000, peakMb: peakMb() };
  const serverCpuMs = serverSince?.();
  return {
    result,
    measures: {
      ...measures,
      ...(startMs === undefined ? {} : { startMs }),
      ...(serverCpuMs === undefined ? {} : { serverCpuMs }),
    },
  };
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
