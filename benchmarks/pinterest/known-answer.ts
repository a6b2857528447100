import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { benchmarksFolder } from '../places.js';
import { pinRows } from './pin-rows.js';
import { rightAnswer } from './right-answer.js';
import { windowsText } from './windows-text.js';

/** The answer over that many pins: the one that is kept where there is one, else by its definition. */
export function knownAnswer(records: number): string {
  const kept = join(benchmarksFolder, 'pinterest', `windows-${records}.tsv`);
  return existsSync(kept) ? readFileSync(kept, 'utf8') : windowsText(rightAnswer(pinRows(records)));
}
