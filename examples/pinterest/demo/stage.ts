import type { PinPipeline } from '../job.js';
import { count, type Screen } from './screen.js';

/** What every stage of the demo is given. */
export interface Stage {
  readonly pipeline: PinPipeline;
  /** The folder of the pipeline. */
  readonly root: string;
  /** The file that runs a job where it is started with a role and the folder. */
  readonly program: string;
  readonly pins: number;
  readonly screen: Screen;
}

/** A line about a stage: what happened, how long it took, and how many records a second that makes. */
export function stageLine(screen: Screen, name: string, what: string, ms?: number, records?: number): string {
  const line = `  ${screen.style('cyan', name.padEnd(8))}  `;
  if (ms === undefined) return line + what;
  const rate = records === undefined ? '' : `${count((records / ms) * 1000)}/s`.padStart(11);
  return `${line}${what.padEnd(57)}${`${(ms / 1000).toFixed(1)} s`.padStart(7)}${rate}`;
}
