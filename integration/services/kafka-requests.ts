import { exchange } from './exchange.js';

/** Whether the broker answers ApiVersions, and then Metadata with a broker that is alive: itself. */
export async function brokerAnswers(port: number): Promise<boolean> {
  await ask(port, 18, 0, Buffer.alloc(0));
  // Metadata v4 of no topics (an empty array), making none: throttle i32, then the array of brokers.
  const metadata = await ask(port, 3, 4, Buffer.from([0, 0, 0, 0, 0]));
  return metadata.readInt32BE(4) > 0;
}

/** One request with header v1; gives the answer's body after the correlation id. */
function ask(port: number, key: number, version: number, body: Buffer): Promise<Buffer> {
  const client = Buffer.from('ready');
  const request = Buffer.alloc(14 + client.length + body.length);
  request.writeInt32BE(request.length - 4, 0);
  request.writeInt16BE(key, 4);
  request.writeInt16BE(version, 6);
  request.writeInt32BE(1, 8);
  request.writeInt16BE(client.length, 12);
  client.copy(request, 14);
  body.copy(request, 14 + client.length);
  return exchange(port, request, (received) => {
    if (received.length < 8 || received.length < 4 + received.readInt32BE(0)) return undefined;
    return received.subarray(8);
  });
}
