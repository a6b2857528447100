import { having, need, optional, optionsOf, requireArguments, type Need } from '../error/arguments.js';
import type { RunOptions } from './job.js';

const reporter: Need = { text: 'a function or false', accepts: (value) => value === false || need.call.accepts(value) };

const optionNames: readonly (keyof RunOptions)[] = [
  'mode',
  'sinks',
  'publish',
  'signal',
  'tasks',
  'atEnd',
  'lineage',
  'dropState',
  'group',
  'timeLog',
  'checkpointEvery',
  'idleTimeout',
  'maxHeld',
  'batchRows',
  'logger',
  'report',
  'clock',
];

/** Refuses, at the call of `run` or `start`, options that are none, whatever kind of job it is. */
export function checkRunOptions(options: RunOptions): void {
  const example = "run(job, { mode: 'live' })";
  requireArguments('run', example, [['options', options, optionsOf(...optionNames)]]);
  const { mode, sinks, group, signal, timeLog, logger, clock, report, atEnd, publish, lineage, dropState } = options;
  requireArguments('run', example, [
    ['mode', mode, need.text],
    ['sinks', sinks, optional(need.options)],
    ['group', group, optional(having('a group of a connector', 'label', 'join'))],
    ['signal', signal, optional(having('an AbortSignal', 'aborted', 'addEventListener', 'removeEventListener'))],
    ['timeLog', timeLog, optional(need.list)],
    ['logger', logger, optional(having('a logger', 'debug', 'info', 'warn', 'error'))],
    ['clock', clock, optional(having('a clock', 'now', 'sleep'))],
    ['report', report, optional(reporter)],
    ['atEnd', atEnd, optional(oneOf('flush', 'hold'))],
    ['publish', publish, optional(oneOf('append', 'replace'))],
    ['lineage', lineage, optional(oneOf('new'))],
    ['dropState', dropState, optional(need.texts)],
  ]);
}

function oneOf(...texts: readonly string[]): Need {
  return { text: texts.map((text) => `'${text}'`).join(' or '), accepts: (value) => texts.includes(value as string) };
}
