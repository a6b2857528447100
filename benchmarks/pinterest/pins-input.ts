import type { Input } from '../harness/suite.js';
import { pinsSeed } from './generate-pins.js';
import { pinsFile } from './pins-file.js';

/** The generated pins as the input of a suite; written where they are missing. */
export function pinsInput(records: number): Input {
  const { bytes, sha256 } = pinsFile(records);
  const description = `${records.toLocaleString('en')} generated pins, seed ${pinsSeed}, ${bytes.toLocaleString('en')} bytes as JSON lines`;
  return { description, sha256 };
}
