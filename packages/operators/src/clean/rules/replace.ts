import type { Step } from '../step.js';

/** Puts `by` in place of every occurrence of a text, or of what a pattern matches (all with flag `g`, else the first). */
export function replace(pattern: string | RegExp, by: string): Step {
  if (typeof pattern === 'string') return { value: (text: string) => text.replaceAll(pattern, () => by) };
  // A copy, since a sticky pattern remembers where it stopped and the caller's own may be in use elsewhere.
  const own = new RegExp(pattern.source, pattern.flags);
  return {
    value: (text: string) => {
      own.lastIndex = 0;
      return text.replace(own, by);
    },
  };
}
