import { need, requireArguments } from '@millrace/core/operate';
import { listText } from '@millrace/core';
import type { Step } from '../step.js';

/** Refuses all but exactly these texts. */
export function oneOf(texts: readonly string[]): Step {
  requireArguments('oneOf', "text().oneOf('yes', 'no')", [['texts', texts, need.texts]]);
  const known = new Set(texts);
  const refusal = Symbol(`is none of ${listText(texts)}`);
  return { value: (text: string) => (known.has(text) ? text : refusal), refuses: true };
}
