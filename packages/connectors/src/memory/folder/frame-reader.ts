import { millraceError } from '@millrace/core';
import { claimedLength, framesIn, isCutShort, type Frame } from './frames.js';
import { readBytes, type Segment, type TopicFiles } from './topic-files.js';

/** A border between frames: `position` is that of the frame at byte `at` of the segment. */
export interface Place {
  readonly segment: Segment;
  readonly at: number;
  readonly position: number;
}

/** A frame, and the places before and behind it. */
export interface PlacedFrame {
  readonly frame: Frame;
  readonly place: Place;
  readonly behind: Place;
}

/** What is read: one partition, as far as the writers below the epoch `below` have filled it. */
export interface Scope {
  readonly files: TopicFiles;
  readonly partition: number;
  readonly below: number;
}

/** So much is read of a file at once; more where one frame is larger. */
const blockBytes = 1024 * 1024;

/**
 * The frames from a place on, as far as they are part of the topic now; gives the place behind the last of them.
 *
 * @throws MillraceError `MILLRACE_SOURCE_UNREADABLE` where a frame is damaged that others follow.
 */
export async function* framesFrom(scope: Scope, from: Place): AsyncGenerator<PlacedFrame, Place> {
  let place = from;
  let damaged = false;
  while (true) {
    const frames = await blockAt(place);
    // Asked after the bytes were read: what was there before another writer's claim is within its ends.
    const limit = await limitOf(scope, place.segment.epoch);
    const first = place.position;
    for (const frame of frames) {
      if (frame.first >= limit) break;
      const behind = { segment: place.segment, at: frame.endAt, position: frame.next };
      yield { frame, place, behind };
      place = behind;
    }
    if (place.position > first) {
      damaged = false;
      continue;
    }
    const { next, isPast } = await nextSegment(scope, place);
    if (next !== undefined) place = { segment: next, at: 0, position: next.base };
    else if (!isPast && (limit === Infinity ? await isTail(place) : place.position >= limit)) return place;
    // Once more: the writer may have gone on between the two looks.
    else if (damaged) throw damagedError(place);
    else damaged = true;
  }
}

/**
 * The start of the segment that holds `position`, or of the first one; undefined where there is none.
 *
 * @throws MillraceError `MILLRACE_SOURCE_UNREADABLE` where there is none any more.
 */
export async function segmentStart(scope: Scope, position: number): Promise<Place | undefined> {
  const { files, partition } = scope;
  const segments = await validSegments(scope);
  const segment = segments.findLast(({ base }) => base <= position) ?? segments[0];
  if (segment !== undefined) return { segment, at: 0, position: segment.base };
  // The last segment of a partition is never removed.
  const end = await files.lastEnd(partition, scope.below);
  if (end === 0) return undefined;
  throw millraceError('MILLRACE_SOURCE_UNREADABLE', {
    source: files.path,
    problem: `the files of partition ${partition}, which ended at offset ${end}, are gone`,
    fix: 'Restore them from a copy.',
  });
}

/** The end of a partition, looked for from a place on that lies before it. */
export async function endFrom(scope: Scope, from: Place): Promise<Place> {
  const frames = framesFrom(scope, from);
  while (true) {
    const next = await frames.next();
    if (next.done === true) return next.value;
  }
}

/** Where all partitions end, as far as the writers below an epoch have filled them. */
export async function endsBelow(files: TopicFiles, below: number): Promise<readonly number[]> {
  const ends: number[] = [];
  const count = await files.count();
  for (let partition = 0; partition < count; partition++) {
    const scope = { files, partition, below };
    const start = await segmentStart(scope, Infinity);
    ends.push(start === undefined ? 0 : (await endFrom(scope, start)).position);
  }
  return ends;
}

async function blockAt({ segment, at }: Place): Promise<readonly Frame[]> {
  const block = (await readBytes(segment.path, at, blockBytes)) ?? new Uint8Array(0);
  const frames = framesIn(block, at);
  const length = claimedLength(block);
  if (frames.length > 0 || length === undefined || length <= block.length || block.length < blockBytes) return frames;
  return framesIn((await readBytes(segment.path, at, length)) ?? block, at);
}

// What a process leaves that is killed while it appends, or that appends now: part of a frame, and nothing behind it.
async function isTail({ segment, at, position }: Place): Promise<boolean> {
  const rest = (await readBytes(segment.path, at, Infinity)) ?? new Uint8Array(0);
  return rest.length === 0 || isCutShort(rest, position);
}

/** Where the frames of a writer end to count: where the next one took over. */
async function limitOf({ files, partition, below }: Scope, epoch: number): Promise<number> {
  if (epoch + 1 >= below || !(await files.isClaimed(epoch + 1))) return Infinity;
  const ends = await files.endsOf(epoch + 1, () => endsBelow(files, epoch + 1));
  // A partition that was not there when the next writer took over is that writer's from its beginning.
  return ends[partition] ?? 0;
}

async function validSegments(scope: Scope): Promise<readonly Segment[]> {
  const segments: Segment[] = [];
  for (const segment of await scope.files.segments(scope.partition)) {
    if (segment.epoch < scope.below && segment.base <= (await limitOf(scope, segment.epoch))) segments.push(segment);
  }
  return segments;
}

/** The segment that goes on at a place, and whether there is one that lies behind it. */
async function nextSegment(
  scope: Scope,
  { segment, position }: Place,
): Promise<{ readonly next: Segment | undefined; readonly isPast: boolean }> {
  const segments = await validSegments(scope);
  const isLater = (other: Segment): boolean =>
    other.epoch > segment.epoch || (other.epoch === segment.epoch && other.base > segment.base);
  return {
    next: segments.find((other) => isLater(other) && other.base === position),
    isPast: segments.some((other) => isLater(other) && other.base > position),
  };
}

function damagedError({ segment, at, position }: Place): Error {
  return millraceError('MILLRACE_SOURCE_UNREADABLE', {
    source: segment.path,
    problem: `the records from offset ${position} on are damaged (at byte ${at})`,
    fix: `Restore the file from a copy, or cut it off at byte ${at} to go on without them.`,
  });
}
