import { need, requireArguments } from '@millrace/core/operate';
import { list, utf8 } from '@millrace/core';
import type { Step } from '../step.js';

/** The parts between separators; an empty text has one part, which is empty. */
export function split(separator: string): Step {
  requireArguments('split', "text().split(',')", [['separator', separator, need.text]]);
  return { value: (text: string) => text.split(separator), type: list(utf8) };
}
