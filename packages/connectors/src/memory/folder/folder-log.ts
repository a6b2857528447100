import { rm } from 'node:fs/promises';
import { isMillraceError, millraceError } from '@millrace/core';
import type { Records, SourcePartition } from '@millrace/core/connector';
import { cutRun, emptyRun, readRuns } from '../record-runs.js';
import type { NoRecords, TopicLog } from '../topic-log.js';
import { appendQueue } from './append-queue.js';
import { endFrom, framesFrom, segmentStart, type Place, type PlacedFrame, type Scope } from './frame-reader.js';
import { runOf } from './frames.js';
import { poll } from './poll.js';
import { topicFiles, type TopicFiles } from './topic-files.js';

/** So many places are remembered, so that a read goes on where the last one ended without looking for it. */
const placesMax = 1024;

/** No more than this is decoded for one read; a frame that is larger is kept until it has been read to its end. */
const readBytesMax = 8 * 1024 * 1024;

/** A topic in a folder. Files are open only while they are read or written, so that nothing is left to close. */
export async function folderLog(path: string, name: string, partitionCount: number): Promise<TopicLog> {
  const files = await topicFiles(path, name, partitionCount);
  const { changed, watch } = poll();
  const reads = partitionReads(files);
  const { append, seal } = appendQueue(files, name, changed);
  const guarded = async <T>(operation: string, action: () => Promise<T>): Promise<T> => {
    try {
      return await action();
    } catch (cause) {
      if (isMillraceError(cause)) throw cause;
      throw millraceError('MILLRACE_STORE_FAILED', { location: path, operation, key: `topic "${name}"` }, { cause });
    }
  };

  return {
    id: files.id,
    count: () => guarded('read', () => files.count()),
    bounds: () =>
      guarded('read', async () => {
        const count = await files.count();
        const bounds: SourcePartition[] = [];
        for (let partition = 0; partition < count; partition++) {
          bounds.push({ partition, start: await files.startOf(partition), end: await reads.end(partition) });
        }
        return bounds;
      }),
    read: (partition, position, rowsMax) => guarded('read', () => reads.read(partition, position, rowsMax)),
    sealed: () => guarded('read', () => files.sealed()),
    append: (runs) => guarded('append to', () => append(runs)),
    seal: () => guarded('end', seal),
    addPartitions: (count) =>
      guarded('extend', async () => {
        await files.grow((await files.count()) + count);
        changed();
      }),
    deleteBefore: (partition, offset) =>
      guarded('delete from', async () => {
        if (offset > (await reads.end(partition))) {
          await append([{ partition, run: (end) => emptyRun(partition, Math.max(end, offset)) }]);
        }
        await files.moveStart(partition, Math.max(offset, await files.startOf(partition)));
        await removeSegments(files, partition, offset);
        changed();
      }),
    watch,
  };
}

interface PartitionReads {
  read(partition: number, position: number, rowsMax: number): Promise<Records | NoRecords>;
  end(partition: number): Promise<number>;
}

// Nothing that is remembered here decides what is read, only how soon it is found.
function partitionReads(files: TopicFiles): PartitionReads {
  const places = new Map<string, Place>();
  const ends = new Map<number, Place>();
  let large: PlacedFrame | undefined;

  const scopeOf = (partition: number): Scope => ({ files, partition, below: Infinity });
  const remember = (key: string, place: Place): void => {
    for (const oldest of places.keys()) {
      if (places.size < placesMax) break;
      places.delete(oldest);
    }
    places.set(key, place);
  };
  const find = async (partition: number, position: number, rowsMax: number): Promise<Records | NoRecords> => {
    const scope = scopeOf(partition);
    const from = places.get(`${partition}:${position}`) ?? (await segmentStart(scope, position));
    if (from === undefined) return position === 0 ? 'end' : 'beyond';
    const { records, frames, end } = await readFrom(scope, from, large, position, rowsMax);
    if (records === undefined) {
      remember(`${partition}:${end.position}`, end);
      return position === end.position ? 'end' : 'beyond';
    }
    const within = frames.find(({ behind }) => behind.position > records.next);
    large = within !== undefined && within.frame.body.length > readBytesMax ? within : undefined;
    remember(`${partition}:${records.next}`, within?.place ?? frames.at(-1)!.behind);
    return records;
  };

  return {
    async read(partition, position, rowsMax) {
      try {
        const found = await find(partition, position, rowsMax);
        // Asked after the files were read: what is below the start by now may be gone, in part as well.
        return position < (await files.startOf(partition)) ? 'below' : found;
      } catch (error) {
        if (position < (await files.startOf(partition))) return 'below';
        throw error;
      }
    },
    async end(partition) {
      const scope = scopeOf(partition);
      const known = ends.get(partition);
      // Its file may have been removed since; then the end is looked for anew.
      const from = known?.segment.path === (await files.segments(partition)).at(-1)?.path ? known : undefined;
      const start = from ?? (await segmentStart(scope, Infinity));
      if (start === undefined) return 0;
      const end = await endFrom(scope, start);
      ends.set(partition, end);
      return end.position;
    },
  };
}

async function readFrom(
  scope: Scope,
  from: Place,
  large: PlacedFrame | undefined,
  position: number,
  rowsMax: number,
): Promise<{ readonly records: Records | undefined; readonly frames: readonly PlacedFrame[]; readonly end: Place }> {
  const frames: PlacedFrame[] = [];
  const runs: Records[] = [];
  let rows = 0;
  let bytes = 0;
  let end = from;
  for await (const placed of withLarge(scope, from, large)) {
    end = placed.behind;
    if (end.position <= position) continue;
    const run = runOf(placed.frame, scope.partition);
    frames.push(placed);
    runs.push(run);
    rows += cutRun(run, position, run.length).length;
    bytes += placed.frame.body.length;
    if (rows >= rowsMax || bytes >= readBytesMax) break;
  }
  return { records: readRuns(runs, position, rowsMax), frames, end };
}

async function* withLarge(scope: Scope, from: Place, large: PlacedFrame | undefined): AsyncGenerator<PlacedFrame> {
  if (large?.place.segment.path !== from.segment.path || large.place.at !== from.at) {
    yield* framesFrom(scope, from);
    return;
  }
  yield large;
  yield* framesFrom(scope, large.behind);
}

/** Removes the segments that lie below `offset` as a whole; never the last one, which tells the end. */
async function removeSegments(files: TopicFiles, partition: number, offset: number): Promise<void> {
  const segments = await files.segments(partition);
  for (const [index, { path }] of segments.entries()) {
    const next = segments[index + 1];
    if (next !== undefined && next.base <= offset) await rm(path, { force: true });
  }
}
