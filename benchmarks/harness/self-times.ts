import type { Profiler } from 'node:inspector';

/** A function and the time that the processor was in it itself, callees apart. */
export interface SelfTime {
  readonly name: string;
  readonly ms: number;
  /** Of all samples, from 0 to 1. */
  readonly share: number;
}

/** The functions of a CPU profile, the most expensive first. */
export function selfTimes({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): SelfTime[] {
  const nameOf = new Map(nodes.map(({ id, callFrame }) => [id, frameName(callFrame)]));
  const micros = new Map<string, number>();
  let total = 0;
  for (const [i, id] of samples.entries()) {
    const name = nameOf.get(id)!;
    micros.set(name, (micros.get(name) ?? 0) + timeDeltas[i]!);
    total += timeDeltas[i]!;
  }
  const times = Array.from(micros, ([name, own]) => ({ name, ms: own / 1000, share: own / total }));
  return times.sort((a, b) => b.ms - a.ms);
}

/** The first of them as text, a line each. */
export function selfTimesText(times: readonly SelfTime[], count: number): string {
  return times
    .slice(0, count)
    .map(({ name, ms, share }) => `${ms.toFixed(0).padStart(8)} ms ${(share * 100).toFixed(1).padStart(5)} %  ${name}`)
    .join('\n');
}

function frameName({ functionName, url, lineNumber }: Profiler.Profile['nodes'][number]['callFrame']): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  if (url === '') return name;
  const place = url.split('/').slice(-3).join('/');
  return `${name}  ${place}:${lineNumber + 1}`;
}
