import { need, requireArguments } from '@millrace/core/operate';
import type { Step } from '../step.js';

/** Takes `prefix` off texts that begin with it, once; others stay as they are. */
export function stripPrefix(prefix: string): Step {
  requireArguments('stripPrefix', "text().stripPrefix('Local save in ')", [['prefix', prefix, need.text]]);
  return { value: (text: string) => (text.startsWith(prefix) ? text.slice(prefix.length) : text) };
}
