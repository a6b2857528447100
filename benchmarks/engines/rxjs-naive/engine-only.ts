import { from, lastValueFrom } from 'rxjs';
import type { Engine } from '../../harness/suite.js';
import { pinRows } from '../../pinterest/pin-rows.js';
import { windowsText } from '../../pinterest/windows-text.js';
import { windows } from './windows.js';

export const engine: Engine = {
  settings: { input: 'an array of objects with all 13 fields', guarantees: 'none; ids are never forgotten' },
  async load(records) {
    const pins = [...pinRows(records)];
    return { run: async () => windowsText(await lastValueFrom(windows(from(pins)))) };
  },
};
