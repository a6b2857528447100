import { millraceError } from '../error/millrace-error.js';
import type { PlanNode } from '../plan/node.js';
import { ancestorsOf, nodesOf, type PlanOutputs } from '../plan/walk.js';
import type { TimeLogEntry } from '../time/time-log.js';
import type { InputReader } from './input-reader.js';
import type { RunMode } from './job.js';
import type { StartPosition } from './start-position.js';

/** What a time log has to fit. */
export interface TimeLogUse {
  readonly mode: RunMode;
  readonly outputs: PlanOutputs;
  readonly inputs: readonly InputReader[];
  readonly positions: readonly StartPosition[];
}

/**
 * Refuses a time log that a run could not decide by (DESIGN §3): an entry that nothing applies would be lost without a
 * word. Where more records may come, a partition or an offset may come with them.
 *
 * @throws MillraceError `MILLRACE_TIME_LOG_UNFIT`.
 */
export function checkTimeLog(log: readonly TimeLogEntry[], { mode, outputs, inputs, positions }: TimeLogUse): void {
  for (const { eventTime, source, partition, offset } of log) {
    const input = inputs.find(({ name }) => name === source);
    const unfit = (problem: string, fix?: string): never => {
      const label = input?.source.label ?? source;
      const data = { source: label, partition, problem, ...(fix === undefined ? {} : { fix }) };
      throw millraceError('MILLRACE_TIME_LOG_UNFIT', data);
    };
    if (input === undefined) return unfit('the job has no such input', withoutIt);
    const names = eventTimesOf(outputs, input.node);
    if (!names.includes(eventTime)) {
      const reached = names.length === 0 ? 'none' : names.map(quoted).join(' and ');
      unfit(`it names the event time ${quoted(eventTime)}, and the graph gives these records ${reached}`, renamed);
    }
    if (mode !== 'replay') continue;
    const known = positions.find((each) => each.input === input && each.partition === partition);
    if (known === undefined) return unfit(`it names offset ${offset}, and there is no such partition`);
    // An entry stands before the record that it names: at the end it stands behind the last one.
    if (offset > known.end) unfit(`it names offset ${offset}, and the records end before offset ${known.end}`);
  }
}

const withoutIt = 'Replay without the time log (timeLog: []), or give one of this job.';
const renamed = "Give eventTime the name that it had (name: '…'), or replay without the time log (timeLog: []).";

/** The names of what sets event time behind an input. */
function eventTimesOf(outputs: PlanOutputs, source: PlanNode): readonly string[] {
  const behind = nodesOf(outputs.values()).filter((node) => setsTime(node) && ancestorsOf(node).has(source));
  return [...new Set(behind.map(({ timeName, label }) => timeName ?? label))];
}

function setsTime({ role, timeName, timed, inputs }: PlanNode): boolean {
  return role === 'operator' && (timeName !== undefined || (timed && inputs.every((input) => !input.timed)));
}

function quoted(name: string): string {
  return `"${name}"`;
}
