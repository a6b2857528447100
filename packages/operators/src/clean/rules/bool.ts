import { need, optionsOf, requireArguments } from '@millrace/core/operate';
import { bool as boolType, millraceError } from '@millrace/core';
import type { Step } from '../step.js';

/** Which texts mean true and which false; all others are refused. */
export interface BoolTexts {
  readonly true: readonly string[];
  readonly false: readonly string[];
}

/** True and false from the texts that mean them. */
export function bool(texts: BoolTexts): Step {
  const example = "text().bool({ true: ['yes'], false: ['no'] })";
  requireArguments('bool', example, [['texts', texts, optionsOf('true', 'false')]]);
  requireArguments('bool', example, [
    ['true', texts.true, need.texts],
    ['false', texts.false, need.texts],
  ]);
  const both = texts.true.find((text) => texts.false.includes(text));
  if (both !== undefined) {
    const problem = `has "${both}" both for true and for false`;
    throw millraceError('MILLRACE_OPTION_INVALID', {
      subject: 'text().bool({…})',
      option: 'true',
      problem,
      fix: 'Name each text once.',
    });
  }
  const meanings = new Map<string, boolean>();
  for (const text of texts.true) meanings.set(text, true);
  for (const text of texts.false) meanings.set(text, false);
  const refusal = Symbol(`is none of the texts for true and false (${[...meanings.keys()].join(', ')})`);
  return { value: (text: string) => meanings.get(text) ?? refusal, type: boolType, refuses: true };
}

const noBit = Symbol('is neither 0 nor 1');

/** True for the number 1 and false for 0; all others are refused. */
export function bit(): Step {
  return {
    value: (value: number) => (value === 1 ? true : value === 0 ? false : noBit),
    type: boolType,
    refuses: true,
  };
}
