import { crc32 } from 'node:zlib';
import type { Records } from '@millrace/core/connector';
import { treeBytes, treeOf } from '../tree-bytes.js';

// A segment is a file of frames, one behind the other, each a run of records:
//
//   u32  length of the body, a multiple of 8
//   u32  CRC-32 of all that follows
//   f64  first position of the frame: the end of the one before
//   f64  next position: the end of this one
//   …    body: the run and its mark (tree-bytes.ts)
//
// A frame counts when its checksum fits. One that was cut off by a crash is the last of its file, since a writer that
// starts after a crash starts a new file. All else that does not fit is damage: it may hide what was acknowledged.

const headerLength = 24;

/** A run of records in a segment. */
export interface Frame {
  readonly first: number;
  readonly next: number;
  /** Where in the file the frame behind it starts. */
  readonly endAt: number;
  readonly body: Uint8Array;
}

/** What a body holds. */
interface Content {
  readonly run: Omit<Records, 'partition' | 'next'>;
  readonly mark: string | null;
}

/** The bytes of a frame. */
export function frameBytes(first: number, run: Records, mark: string | undefined): Uint8Array {
  const { partition: _, next, ...rest } = run;
  const body = treeBytes({ run: rest, mark: mark ?? null } satisfies Content);
  const bytes = new Uint8Array(headerLength + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, body.length, true);
  view.setFloat64(8, first, true);
  view.setFloat64(16, next, true);
  bytes.set(body, headerLength);
  view.setUint32(4, crc32(bytes.subarray(8)), true);
  return bytes;
}

/** The whole frames at the start of `block`, which lies at `at` in its file. */
export function framesIn(block: Uint8Array, at: number): Frame[] {
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  const frames: Frame[] = [];
  let start = 0;
  while (start + headerLength <= block.length) {
    const end = start + headerLength + view.getUint32(start, true);
    if (end > block.length) break;
    if (view.getUint32(start + 4, true) !== crc32(block.subarray(start + 8, end))) break;
    frames.push({
      first: view.getFloat64(start + 8, true),
      next: view.getFloat64(start + 16, true),
      endAt: at + end,
      body: block.subarray(start + headerLength, end),
    });
    start = end;
  }
  return frames;
}

/** How long the frame at the start of `block` claims to be, or undefined where not even that can be read. */
export function claimedLength(block: Uint8Array): number | undefined {
  if (block.length < headerLength) return undefined;
  return headerLength + new DataView(block.buffer, block.byteOffset).getUint32(0, true);
}

/** Whether `rest`, which does not begin with a whole frame, is the beginning of one, at `position`, and nothing else. */
export function isCutShort(rest: Uint8Array, position: number): boolean {
  if (rest.length < headerLength) return true;
  const view = new DataView(rest.buffer, rest.byteOffset, rest.byteLength);
  const length = view.getUint32(0, true);
  const isHeader = length % 8 === 0 && view.getFloat64(8, true) === position && view.getFloat64(16, true) >= position;
  if (!isHeader || headerLength + length <= rest.length) return false;
  // Its length may be what is damaged: then there are frames within it.
  for (let at = 8; at + headerLength <= rest.length; at += 8) {
    if (view.getFloat64(at + 8, true) >= position && framesIn(rest.subarray(at), 0).length > 0) return false;
  }
  return true;
}

/** The records of a frame. */
export function runOf(frame: Frame, partition: number): Records {
  const { run } = treeOf(frame.body) as Content;
  return { ...run, partition, next: frame.next, headers: run.headers, decoded: undefined };
}

/** The mark of a frame. */
export function markOf(frame: Frame): string | null {
  return (treeOf(frame.body) as Content).mark;
}
