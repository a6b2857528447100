/**
 * The greatest `origin + k · step` that is not above `time`, also below zero. A remainder, unlike a quotient, is never
 * rounded. The result is never −0, which texts of keys would tell from 0.
 */
export function alignedFloor(time: number, step: number, origin: number): number {
  const remainder = (time - origin) % step;
  return time - (remainder < 0 ? remainder + step : remainder);
}
