import { pinsSource } from '../../pinterest/pins-source.js';
import { windowsEngine } from './windows-job.js';

export const engine = windowsEngine({}, pinsSource);
