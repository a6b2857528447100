import { from, lastValueFrom } from 'rxjs';
import type { Engine } from '../../harness/suite.js';
import { pinRows } from '../../pinterest/pin-rows.js';
import { windowsText } from '../../pinterest/windows-text.js';
import { windows } from './windows.js';

export const engine: Engine = {
  settings: { input: 'the file line by line, through JSON.parse', guarantees: 'none; ids are never forgotten' },
  load: async (records) => ({ run: async () => windowsText(await lastValueFrom(windows(from(pinRows(records))))) }),
};
