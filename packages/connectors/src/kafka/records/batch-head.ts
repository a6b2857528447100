// The head of a record batch, version 2: 61 bytes.

/** What the head of a batch says. */
export interface BatchHead {
  readonly baseOffset: number;
  /** Behind the batch, also where records of it were compacted away. */
  readonly nextOffset: number;
  /** Bytes of the whole batch. */
  readonly size: number;
  readonly magic: number;
  /** 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd. */
  readonly codec: number;
  readonly isTransactional: boolean;
  readonly isControl: boolean;
  readonly baseTime: number;
  /** The one time of all its records, where the broker has set it; else undefined. */
  readonly appendTime: number | undefined;
  readonly producerId: number;
  readonly count: number;
}

/** Bytes before the records. */
export const batchHeadBytes = 61;
/** What stands before the length, and the length. */
const lengthEnd = 12;
const magicAt = 16;

/** The head of the batch at `at`; undefined where the answer ends before the batch does. */
export function batchHead(buffer: Buffer, at: number): BatchHead | undefined {
  if (at + magicAt + 1 > buffer.length) return undefined;
  const size = lengthEnd + buffer.readInt32BE(at + 8);
  if (at + size > buffer.length) return undefined;
  const baseOffset = Number(buffer.readBigInt64BE(at));
  const magic = buffer.readInt8(at + magicAt);
  if (magic !== 2) return { ...oldHead, baseOffset, nextOffset: baseOffset + 1, size, magic };
  const attributes = buffer.readInt16BE(at + 21);
  return {
    baseOffset,
    nextOffset: baseOffset + buffer.readInt32BE(at + 23) + 1,
    size,
    magic,
    codec: attributes & 7,
    isTransactional: (attributes & 16) !== 0,
    isControl: (attributes & 32) !== 0,
    baseTime: Number(buffer.readBigInt64BE(at + 27)),
    appendTime: (attributes & 8) === 0 ? undefined : Number(buffer.readBigInt64BE(at + 35)),
    producerId: Number(buffer.readBigInt64BE(at + 43)),
    count: buffer.readInt32BE(at + 57),
  };
}

const oldHead = {
  codec: 0,
  isTransactional: false,
  isControl: false,
  baseTime: -1,
  appendTime: undefined,
  producerId: -1,
  count: 0,
};

/** The position behind the last whole batch of an answer; `from` where it holds none. */
export function endOf(batches: Buffer, from: number): number {
  let end = from;
  for (let at = 0; ;) {
    const head = batchHead(batches, at);
    if (head === undefined) return end;
    end = Math.max(end, head.nextOffset);
    at += head.size;
  }
}
