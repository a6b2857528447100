/**
 * The greatest `origin + k · step` that is not above `time`. Exact for every whole millisecond: a quotient would be
 * rounded up to the next step far from the origin, where a remainder is not. Never −0, which maps would keep apart.
 */
export function alignedFloor(time: number, step: number, origin: number): number {
  const remainder = (time - origin) % step;
  return time - (remainder < 0 ? remainder + step : remainder);
}
