import { pinsSource } from '../../pinterest/pins-source.js';
import { windowsEngine } from './windows-job.js';

export const engine = windowsEngine({}, async (records) => pinsSource(records));
