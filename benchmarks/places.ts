import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

// Built files lie one folder deeper than their sources; both find what is beside the package's manifest.
function rootOf(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : rootOf(dirname(folder));
}

/** The folder of this workspace. */
export const benchmarksFolder = rootOf(import.meta.dirname);

/** Inputs and results of trial runs: made when they are missing, never committed. */
export const cacheFolder = join(benchmarksFolder, '.cache');
