import type { Step } from '../step.js';

/** Lower case, by Unicode and no locale. */
export function lowerCase(): Step {
  return { value: (text: string) => text.toLowerCase() };
}

/** Upper case, by Unicode and no locale. */
export function upperCase(): Step {
  return { value: (text: string) => text.toUpperCase() };
}
