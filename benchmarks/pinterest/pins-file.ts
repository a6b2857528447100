import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../places.js';
import { pinLines } from './generate-pins.js';

/** A file of pins as JSON lines. */
export interface PinsFile {
  readonly path: string;
  readonly records: number;
  readonly bytes: number;
  readonly sha256: string;
}

const linesPerWrite = 20_000;

/** The file of that many pins; written once, and seen only when it is whole. */
export function pinsFile(records: number): PinsFile {
  const path = join(cacheFolder, `pins-${records}.jsonl`);
  const description = `${path}.json`;
  if (!existsSync(description)) {
    mkdirSync(cacheFolder, { recursive: true });
    const written = writePins(`${path}.${process.pid}`, records);
    renameSync(written.path, path);
    writeFileSync(description, JSON.stringify({ ...written, path: undefined }));
  }
  return { ...(JSON.parse(readFileSync(description, 'utf8')) as PinsFile), path };
}

function writePins(path: string, records: number): PinsFile {
  const file = openSync(path, 'w');
  const hash = createHash('sha256');
  let bytes = 0;
  let lines: string[] = [];
  const write = (): void => {
    const text = Buffer.from(lines.join(''));
    hash.update(text);
    for (let from = 0; from < text.length;) from += writeSync(file, text, from);
    bytes += text.length;
    lines = [];
  };
  for (const line of pinLines(records)) {
    lines.push(line);
    if (lines.length === linesPerWrite) write();
  }
  write();
  closeSync(file);
  return { path, records, bytes, sha256: hash.digest('hex') };
}
