// Record batches as a broker stores them, made byte by byte: with offsets, times, markers and attributes that no producer
// would give them.

/** A record of a batch. */
export interface RawRecord {
  readonly value: string | Uint8Array | null;
  readonly key?: string | Uint8Array | null;
  readonly headers?: readonly (readonly [string, Uint8Array | null])[];
  /** In ms UTC; −1 for none. */
  readonly time?: number;
}

/** What the head of a batch says beside its records. */
export interface RawBatch {
  readonly records: readonly RawRecord[];
  readonly codec?: number;
  readonly compress?: (bytes: Buffer) => Buffer;
  readonly transactional?: { readonly producerId: number; readonly epoch: number; readonly sequence: number };
}

/** The bytes of a batch, as a producer sends them. */
export function recordBatch({ records, codec = 0, compress = (bytes) => bytes, transactional }: RawBatch): Buffer {
  const times = records.map(({ time }) => time ?? Date.now());
  const base = times[0]!;
  const body = compress(
    Buffer.concat(records.map((record, index) => recordBytes(record, times[index]! - base, index))),
  );
  const head = Buffer.alloc(61);
  head.writeInt32BE(49 + body.length, 8);
  head.writeInt32BE(-1, 12);
  head.writeInt8(2, 16);
  head.writeInt16BE(codec | (transactional === undefined ? 0 : 16), 21);
  head.writeInt32BE(records.length - 1, 23);
  head.writeBigInt64BE(BigInt(base), 27);
  head.writeBigInt64BE(BigInt(Math.max(...times)), 35);
  head.writeBigInt64BE(BigInt(transactional?.producerId ?? -1), 43);
  head.writeInt16BE(transactional?.epoch ?? -1, 51);
  head.writeInt32BE(transactional?.sequence ?? -1, 53);
  head.writeInt32BE(records.length, 57);
  const batch = Buffer.concat([head, body]);
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17);
  return batch;
}

function recordBytes({ value, key = null, headers = [] }: RawRecord, timeDelta: number, offsetDelta: number): Buffer {
  const parts = [Buffer.from([0]), varint(timeDelta), varint(offsetDelta), sized(key), sized(value)];
  parts.push(varint(headers.length));
  for (const [name, content] of headers) parts.push(sized(name), sized(content));
  const body = Buffer.concat(parts);
  return Buffer.concat([varint(body.length), body]);
}

function sized(content: string | Uint8Array | null): Buffer {
  if (content === null) return varint(-1);
  const bytes = Buffer.from(content as Uint8Array);
  return Buffer.concat([varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  let rest = value < 0 ? -2n * BigInt(value) - 1n : 2n * BigInt(value);
  const bytes: number[] = [];
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc >>> 0;
});

function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = crcTable[(crc ^ byte) & 255]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
