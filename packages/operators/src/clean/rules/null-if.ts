import { need, requireArguments } from '@millrace/core/operate';
import type { Step } from '../step.js';

/** Null for exactly these texts. */
export function nullIf(texts: readonly string[]): Step {
  requireArguments('nullIf', "text().nullIf('', 'n/a')", [['texts', texts, need.texts]]);
  const known = new Set(texts);
  return { value: (text: string) => (known.has(text) ? null : text), nulls: 'start', changes: texts };
}
