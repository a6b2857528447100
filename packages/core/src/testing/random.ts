import { need, requireArguments } from '../error/arguments.js';
/** A seeded source of chance: the same seed gives the same draws. */
export interface Random {
  /** A whole number from 0 to `below` − 1. */
  below(below: number): number;
  pick<T>(choices: readonly T[]): T;
}

/** Chance by mulberry32: small, and good enough to shuffle with. */
export function randomOf(seed: number): Random {
  requireArguments('randomOf', 'randomOf(seedOf())', [['seed', seed, need.number]]);
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return { below, pick: (choices) => choices[below(choices.length)]! };
}
