import { list, utf8 } from '@millrace/core';
import type { Step } from '../step.js';

/** The parts between separators; an empty text has one part, which is empty. */
export function split(separator: string): Step {
  return { value: (text: string) => text.split(separator), type: list(utf8) };
}
