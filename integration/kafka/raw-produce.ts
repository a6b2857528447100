import { connect } from 'node:net';
import { once } from 'node:events';

/** Sends one batch to one partition, and waits until the broker has it. Gives the offset of its first record. */
export async function rawProduce(
  brokers: string,
  topic: string,
  partition: number,
  batch: Buffer,
  transactionalId: string | null = null,
): Promise<number> {
  const produce = Buffer.concat([
    text(transactionalId),
    Buffer.from([0xff, 0xff]),
    int32(30_000),
    int32(1),
    text(topic),
    int32(1),
    int32(partition),
    int32(batch.length),
    batch,
  ]);
  const at = 4 + 2 + Buffer.byteLength(topic) + 4 + 4;
  for (;;) {
    const answer = await rawRequest(brokers, 0, 7, produce);
    const error = answer.readInt16BE(at);
    if (error === 0) return Number(answer.readBigInt64BE(at + 2));
    // A partition that has just been made has no leader yet.
    if (![3, 5, 6].includes(error)) throw new Error(`Kafka refused the batch: error ${error}`);
  }
}

/** Sends one request over a connection of its own; gives the body of the answer. */
async function rawRequest(brokers: string, apiKey: number, version: number, body: Buffer): Promise<Buffer> {
  const [host, port] = brokers.split(',')[0]!.split(':');
  const socket = connect(Number(port), host);
  await once(socket, 'connect');
  const head = Buffer.concat([int16(apiKey), int16(version), int32(7), text('raw')]);
  socket.write(Buffer.concat([int32(head.length + body.length), head, body]));
  let read = Buffer.alloc(0);
  for await (const chunk of socket) {
    read = Buffer.concat([read, chunk as Buffer]);
    if (read.length >= 4 && read.length >= 4 + read.readInt32BE(0)) break;
  }
  socket.destroy();
  return read.subarray(8);
}

function text(value: string | null): Buffer {
  if (value === null) return Buffer.from([0xff, 0xff]);
  const bytes = Buffer.from(value);
  return Buffer.concat([int16(bytes.length), bytes]);
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
