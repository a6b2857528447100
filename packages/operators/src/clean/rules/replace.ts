import { need, requireArguments, type Need } from '@millrace/core/operate';
import type { Step } from '../step.js';

const textOrPattern: Need = {
  text: 'a text or a regular expression',
  accepts: (value) => typeof value === 'string' || value instanceof RegExp,
};

/** Puts `by` in place of every occurrence of a text, or of what a pattern matches (all with flag `g`, else the first). */
export function replace(pattern: string | RegExp, by: string): Step {
  requireArguments('replace', "text().replace(' ', '')", [
    ['pattern', pattern, textOrPattern],
    ['replacement', by, need.text],
  ]);
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
