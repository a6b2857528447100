import process from 'node:process';
import { need, requireArguments } from '../error/arguments.js';

const drawn = Math.floor(Math.random() * 0x7fff_ffff);

/**
 * The seed of this process's random tests: `MILLRACE_SEED`, else one drawn at its start. fast-check prints it where a
 * property fails; the same seed gives the same cases.
 */
export function seedOf(): number {
  const given = process.env['MILLRACE_SEED'];
  return given === undefined || given === '' ? drawn : Number(given);
}

/** How many random cases to run: `base` times `MILLRACE_RUNS`. */
export function runsOf(base: number): number {
  requireArguments('runsOf', 'runsOf(12)', [['base', base, need.number]]);
  return Math.ceil(base * Number(process.env['MILLRACE_RUNS'] ?? '1'));
}

/**
 * Options of a fast-check property with `base` runs.
 *
 * @example
 * ```ts
 * import fc from 'fast-check';
 * import { fcOptions } from '@millrace/core/testing';
 *
 * fc.assert(fc.property(fc.integer(), (n) => n === Number(String(n))), fcOptions(200));
 * ```
 */
export function fcOptions(base: number): { seed: number; numRuns: number } {
  return { seed: seedOf(), numRuns: runsOf(base) };
}
