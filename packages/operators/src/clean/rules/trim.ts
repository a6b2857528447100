import type { Step } from '../step.js';

/** Takes white space off both ends, no-break spaces included. */
export function trim(): Step {
  return { value: (text: string) => text.trim() };
}
