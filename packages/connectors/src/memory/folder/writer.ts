import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { millraceError } from '@millrace/core';
import { makeFolder, syncFolder } from '@millrace/core/folder';
import type { Records } from '@millrace/core/connector';
import { cutRun } from '../record-runs.js';
import type { PartitionRun } from '../topic-log.js';
import { endsBelow, framesFrom, segmentStart, type Scope } from './frame-reader.js';
import { frameBytes, markOf } from './frames.js';
import type { Segment, TopicFiles } from './topic-files.js';

/** A segment that has grown to this is followed by a new one: it is what must be read to find the end. */
const segmentBytesMax = 64 * 1024 * 1024;

/** A run is cut into frames of this many records, so that a reader need not take it whole; one with a mark is not. */
const frameRowsMax = 8192;

/** What one process appends to a topic, until another one takes over or an append fails. */
export interface Writer {
  /** Appends all requests; one that throws while its records are made fails alone. Gives each one's outcome. */
  append(requests: readonly (readonly PartitionRun[])[]): Promise<readonly (Error | undefined)[]>;
}

interface Tail {
  segment: Segment;
  bytes: number;
  end: number;
}

/**
 * Claims a topic. All that was acknowledged to other writers is in it, and they will acknowledge nothing more.
 *
 * @throws MillraceError `MILLRACE_TOPIC_SEALED`
 */
export async function claimTopic(files: TopicFiles, name: string): Promise<Writer> {
  const { epoch, seals } = await files.claim(false);
  if (seals) {
    // Who sealed it may have died before readers were told.
    await sealTopic(files);
    throw millraceError('MILLRACE_TOPIC_SEALED', { topic: name });
  }
  const ends = await files.endsOf(epoch, () => endsBelow(files, epoch));
  const tails = new Map<number, Tail>();
  const tailOf = (partition: number): Tail => {
    const end = ends[partition] ?? 0;
    const tail = tails.get(partition) ?? { segment: files.segmentOf(partition, epoch, end), bytes: 0, end };
    tails.set(partition, tail);
    return tail;
  };

  return {
    async append(requests) {
      const pending = new Map<number, { readonly frames: Uint8Array[]; end: number }>();
      const outcomes: (Error | undefined)[] = [];
      for (const request of requests) {
        outcomes.push(await prepare(request, pending, tailOf, { files, partition: -1, below: epoch + 1 }));
      }
      const added = [...pending].filter(([, { frames }]) => frames.length > 0);
      await Promise.all(
        added.map(async ([partition, { frames, end }]) => {
          const tail = tailOf(partition);
          if (tail.bytes >= segmentBytesMax) {
            tail.segment = files.segmentOf(partition, epoch, tail.end);
            tail.bytes = 0;
          }
          tail.bytes += await appendDurably(tail.segment.path, frames, tail.bytes === 0);
          tail.end = end;
        }),
      );
      if (!(await files.isClaimed(epoch + 1))) return outcomes;
      const sealed = await files.sealed();
      throw millraceError(sealed ? 'MILLRACE_TOPIC_SEALED' : 'MILLRACE_TOPIC_TAKEN', { topic: name });
    },
  };
}

/** Ends a topic: what was acknowledged to its writers is in it, and nothing more will be. */
export async function sealTopic(files: TopicFiles): Promise<void> {
  const { epoch } = await files.claim(true);
  await files.endsOf(epoch, () => endsBelow(files, epoch));
  await files.tellSealed();
}

/** Makes the frames of one request, all of them or, where one throws, none. */
async function prepare(
  request: readonly PartitionRun[],
  pending: Map<number, { readonly frames: Uint8Array[]; end: number }>,
  tailOf: (partition: number) => Tail,
  scope: Scope,
): Promise<Error | undefined> {
  const made: (readonly [partition: number, frames: Uint8Array[], end: number])[] = [];
  try {
    for (const { partition, run, mark } of request) {
      const end = pending.get(partition)?.end ?? tailOf(partition).end;
      // Where nothing was appended since the mark's position was noted, there is no mark to look for.
      const isMarked = mark !== undefined && tailOf(partition).end > mark.from;
      if (isMarked && (await hasMark({ ...scope, partition }, mark))) continue;
      const records = run(end);
      if (records !== undefined) made.push([partition, framesOf(end, records, mark?.text), records.next]);
    }
  } catch (error) {
    return error as Error;
  }
  for (const [partition, frames, end] of made) {
    const before = pending.get(partition) ?? { frames: [], end };
    before.frames.push(...frames);
    before.end = end;
    pending.set(partition, before);
  }
  return undefined;
}

function framesOf(first: number, run: Records, mark: string | undefined): Uint8Array[] {
  if (mark !== undefined || run.length <= frameRowsMax) return [frameBytes(first, run, mark)];
  const frames: Uint8Array[] = [];
  for (let position = first; position < run.next;) {
    const cut = cutRun(run, position, frameRowsMax);
    frames.push(frameBytes(position, cut, undefined));
    position = cut.next;
  }
  return frames;
}

async function hasMark(scope: Scope, mark: { readonly text: string; readonly from: number }): Promise<boolean> {
  const start = await segmentStart(scope, mark.from);
  if (start === undefined) return false;
  for await (const { frame } of framesFrom(scope, start)) {
    if (frame.first >= mark.from && markOf(frame) === mark.text) return true;
  }
  return false;
}

async function appendDurably(path: string, frames: readonly Uint8Array[], isNew: boolean): Promise<number> {
  if (isNew) await makeFolder(dirname(path));
  const file = await open(path, isNew ? 'wx' : 'a');
  let bytes = 0;
  try {
    for (const frame of frames) {
      await file.appendFile(frame);
      bytes += frame.length;
    }
    await file.datasync();
  } finally {
    await file.close();
  }
  if (isNew) await syncFolder(dirname(path));
  return bytes;
}
