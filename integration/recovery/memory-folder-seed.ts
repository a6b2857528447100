/** What the kill tests draw from; `MILLRACE_SEED` gives the same draws again. */
export const seed = Number(process.env['MILLRACE_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

/** Whole numbers below a limit, the same ones for the same seed. */
export function randomOf(start: number): (below: number) => number {
  let state = start >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
