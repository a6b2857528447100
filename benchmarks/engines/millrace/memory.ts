import { hoursSource } from '../../hours/hours-source.js';
import { windowsEngine } from './windows-job.js';

export const engine = windowsEngine({}, hoursSource, '1s');
