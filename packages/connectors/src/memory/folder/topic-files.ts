import { access, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { millraceError, type ObjectStore } from '@millrace/core';
import { checkedJson, readCheckedJson } from '@millrace/core/connector';
import { folder as folderStore } from '@millrace/core/folder';

// The files of a topic, and who may write to it.
//
//   topic.json                          its id and format; created once
//   partitions.json                     how many partitions there are
//   sealed                              there when the topic was ended
//   start/<partition>                   the lowest position, where records were removed
//   writers/<epoch>                     a claim: each writer creates the next one; the one that seals is the last
//   ends/<epoch>                        where each partition ended when that writer took over
//   records/<partition>/<epoch>-<position>.log   segments: frames of one writer, from a position on
//
// A writer acknowledges an append only if nobody has claimed a higher epoch after its bytes were synced. So all that
// was acknowledged lies before the claim, and whoever looks for the end afterwards finds it: the new writer, or a reader
// that meets the claim first. The first one to create `ends/<epoch>` settles it for all. What a writer of a lower epoch
// still adds behind that end is not part of the topic; it was never acknowledged.
//
// To seal is to claim for good: whoever wants the next epoch first looks at the claim before it, and there is none behind
// one that seals. `sealed` is created when its ends are settled, so nothing is acknowledged behind what a reader took
// for the end.

/** A segment of a partition. */
export interface Segment {
  readonly path: string;
  readonly epoch: number;
  readonly base: number;
}

/** Whose turn it is: a writer's, or, for good, that of the one that seals. */
export interface Claim {
  readonly epoch: number;
  readonly seals: boolean;
}

/** The small files of a topic, and the names of the large ones. */
export interface TopicFiles {
  readonly id: string;
  readonly path: string;
  count(): Promise<number>;
  grow(count: number): Promise<void>;
  sealed(): Promise<boolean>;
  /** Tells readers that the topic has ended: to be called when the ends of the claim that seals it are settled. */
  tellSealed(): Promise<void>;
  startOf(partition: number): Promise<number>;
  moveStart(partition: number, start: number): Promise<void>;
  /** Whether a writer of that epoch has claimed the topic. */
  isClaimed(epoch: number): Promise<boolean>;
  /** Claims the topic, to write or to seal it; gives the claim that seals it already where there is one. */
  claim(seals: boolean): Promise<Claim>;
  /** Where the partitions ended when the writer of `epoch` took over, settled by `find` where it is not yet. */
  endsOf(epoch: number, find: () => Promise<readonly number[]>): Promise<readonly number[]>;
  /** Where a partition ended when the last writer below the epoch `below` took over; 0 where there was none. */
  lastEnd(partition: number, below: number): Promise<number>;
  /** The segments of a partition, by epoch, then position. */
  segments(partition: number): Promise<readonly Segment[]>;
  segmentOf(partition: number, epoch: number, base: number): Segment;
}

/** Opens the files of a topic, and makes it where it is not there. */
export async function topicFiles(path: string, name: string, partitions: number): Promise<TopicFiles> {
  const objects = folderStore(path);
  const id = await idOf(objects, name, partitions);
  const settledEnds = new Map<number, readonly number[]>();
  let highestClaim = 0;
  const numberOf = async (key: string): Promise<number | undefined> => (await json<{ n: number }>(objects, key))?.n;
  const recordsOf = (partition: number): string => join(path, 'records', String(partition));
  return {
    id,
    path,
    count: async () => (await numberOf('partitions.json')) ?? partitions,
    grow: (count) => objects.put('partitions.json', checkedJson({ n: count })),
    sealed: () => exists(join(path, 'sealed')),
    async tellSealed() {
      await objects.create('sealed', checkedJson({}));
    },
    startOf: async (partition) => (await numberOf(`start/${partition}`)) ?? 0,
    moveStart: (partition, start) => objects.put(`start/${partition}`, checkedJson({ n: start })),
    async isClaimed(epoch) {
      // A claim is never taken back, and none is made before the one below it.
      if (epoch > highestClaim && (await exists(join(path, 'writers', padded(epoch))))) highestClaim = epoch;
      return epoch <= highestClaim;
    },
    async claim(seals) {
      const keyOf = (epoch: number): string => `writers/${padded(epoch)}`;
      const claims = (await entriesOf(join(path, 'writers'))).map(Number).filter(Number.isInteger);
      for (let last = Math.max(0, ...claims); ; last++) {
        if (last > 0 && (await json<{ seals?: boolean }>(objects, keyOf(last)))?.seals === true) {
          return { epoch: last, seals: true };
        }
        const claimed = await objects.create(keyOf(last + 1), checkedJson({ pid: process.pid, seals }));
        if (claimed) return { epoch: last + 1, seals };
      }
    },
    async endsOf(epoch, find) {
      const key = `ends/${padded(epoch)}`;
      let ends = settledEnds.get(epoch) ?? (await json<readonly number[]>(objects, key));
      if (ends === undefined) {
        await objects.create(key, checkedJson(await find()));
        ends = (await json<readonly number[]>(objects, key))!;
      }
      settledEnds.set(epoch, ends);
      return ends;
    },
    async lastEnd(partition, below) {
      const settled = (await entriesOf(join(path, 'ends'))).map(Number).filter((epoch) => epoch < below);
      const ends =
        settled.length === 0 ? [] : await json<readonly number[]>(objects, `ends/${padded(Math.max(...settled))}`);
      return ends?.[partition] ?? 0;
    },
    async segments(partition) {
      const names = (await entriesOf(recordsOf(partition))).filter((entry) => entry.endsWith('.log')).sort();
      return names.map((entry) => {
        const [epoch, base] = entry.slice(0, -'.log'.length).split('-').map(Number);
        return { path: join(recordsOf(partition), entry), epoch: epoch!, base: base! };
      });
    },
    segmentOf: (partition, epoch, base) => ({
      path: join(recordsOf(partition), `${padded(epoch)}-${padded(base)}.log`),
      epoch,
      base,
    }),
  };
}

/** Bytes `at` to at most `at + length` of a file; undefined where there is no file. */
export async function readBytes(path: string, at: number, length: number): Promise<Uint8Array | undefined> {
  const file = await open(path, 'r').catch(undefinedIfMissing);
  if (file === undefined) return undefined;
  try {
    const size = Math.max(0, Math.min(length, (await file.stat()).size - at));
    const bytes = new Uint8Array(size);
    let filled = 0;
    while (filled < size) {
      const { bytesRead } = await file.read(bytes, filled, size - filled, at + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  } finally {
    await file.close();
  }
}

/** How a topic is written, its frames included. */
const format = 1;

interface Description {
  readonly format: number;
  readonly id: string;
}

function isLater(value: unknown): boolean {
  return ((value as Partial<Description> | null)?.format ?? format) > format;
}

async function idOf(objects: ObjectStore, name: string, partitions: number): Promise<string> {
  const found = (await json<Description>(objects, 'topic.json')) ?? (await describe(objects, partitions));
  if (found.format === format) return found.id;
  throw millraceError('MILLRACE_SOURCE_UNREADABLE', {
    source: `memory topic "${name}"`,
    problem: `it was written in format ${found.format}, and this version reads format ${format}`,
    fix: 'Update @millrace/connectors.',
  });
}

/** Makes the topic, or finds the one that another process has made in the meantime. */
async function describe(objects: ObjectStore, partitions: number): Promise<Description> {
  await objects.create('partitions.json', checkedJson({ n: partitions }));
  await objects.create('topic.json', checkedJson({ format, id: crypto.randomUUID() } satisfies Description));
  return (await json<Description>(objects, 'topic.json'))!;
}

async function json<T>(objects: ObjectStore, key: string): Promise<T | undefined> {
  const bytes = await objects.get(key);
  if (bytes === undefined) return undefined;
  let cause: unknown;
  try {
    const { value, isWhole } = readCheckedJson(bytes);
    // A later version may check it otherwise; who reads a format says so.
    if (isWhole || isLater(value)) return value as T;
  } catch (error) {
    cause = error;
  }
  throw millraceError(
    'MILLRACE_SOURCE_UNREADABLE',
    { source: `${objects.location}/${key}`, problem: 'it is damaged', fix: 'Restore the file from a copy.' },
    { cause },
  );
}

function padded(number: number): string {
  return String(number).padStart(16, '0');
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    (error: unknown) => undefinedIfMissing(error) ?? false,
  );
}

async function entriesOf(path: string): Promise<string[]> {
  return (await readdir(path).catch(undefinedIfMissing)) ?? [];
}

function undefinedIfMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
  throw error;
}
