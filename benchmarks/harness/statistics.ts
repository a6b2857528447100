import { randomOf } from '../random.js';

/** A ratio with the bounds between which it lies with 95 % confidence. */
export interface Ratio {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Of fewer samples nothing is known about their spread. */
const samplesMin = 3;
const resamples = 10_000;
const confidence = 0.95;
const seed = 20_260_105;

/** The middle value; of an even number the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * The median of `above` over that of `below`, with a percentile bootstrap interval: both are drawn again from their own
 * samples, with replacement. Always the same for the same samples; of fewer than three it may be anything.
 */
export function ratioOfMedians(above: readonly number[], below: readonly number[]): Ratio {
  const value = median(above) / median(below);
  if (above.length < samplesMin || below.length < samplesMin) return { value, low: 0, high: Infinity };
  const random = randomOf(seed);
  const again = (values: readonly number[]): number[] =>
    values.map(() => values[Math.floor(random() * values.length)]!);
  const ratios = Float64Array.from({ length: resamples }, () => median(again(above)) / median(again(below))).sort();
  const tail = (1 - confidence) / 2;
  return {
    value,
    low: ratios[Math.floor(tail * resamples)]!,
    high: ratios[Math.ceil((1 - tail) * resamples) - 1]!,
  };
}
