import type { RunOptions } from './job.js';

/** The moments between two steps of a run at which a crash could leave something half done, in order. */
export const faultPoints: readonly FaultPoint[] = [
  'batch pushed',
  'barrier taken',
  'state stored',
  'output staged',
  'manifest committed',
  'output published',
  'time log applied',
];

/** The name of such a moment. */
export type FaultPoint =
  | 'batch pushed'
  | 'barrier taken'
  | 'state stored'
  | 'output staged'
  | 'manifest committed'
  | 'output published'
  | 'time log applied';

/** Where a test says, per run, what happens at a fault point: it may throw, and the run is as good as killed. */
export const faultPort: unique symbol = Symbol.for('millrace.faults') as never;

/** Run options with the port; not for users, so not among the documented ones. */
export interface FaultOptions extends RunOptions {
  readonly [faultPort]?: (point: FaultPoint) => void;
}
