import { connect } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { int32, schema, utf8 } from '@millrace/core';
import { memory } from '../memory/index.js';
import { ingestion, type IngestionOptions } from './index.js';

const Pin = schema({ id: utf8, likes: int32 });
const apiWith = (options: Omit<IngestionOptions, 'routes'> = {}) =>
  ingestion({ routes: { '/pin': { topic: memory().topic('pins', Pin) } }, ...options });

/** Sends bytes as they are, and gives all that comes back until the server ends the connection. */
async function raw(port: number, ...pieces: string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  socket.on('error', () => undefined);
  for (const piece of pieces) socket.write(piece);
  await once(socket, 'close');
  return text;
}

const head = (length: number | string): string =>
  `POST /pin HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`;

describe('a server', { timeout: 30_000 }, () => {
  it('takes many posts over connections that stay, and says where it listens', async () => {
    await using api = apiWith();
    const { url, port } = await api.listen(0);
    expect(url).toBe(`http://127.0.0.1:${port}`);
    const posts = Array.from({ length: 300 }, async (_, n) => {
      const body = JSON.stringify({ id: `id${n}`, likes: n });
      return (await fetch(`${url}/pin`, { method: 'POST', headers: { 'content-type': 'application/json' }, body }))
        .status;
    });
    expect(new Set(await Promise.all(posts))).toEqual(new Set([202]));
    expect(api.metrics().routes['/pin']).toMatchObject({ accepted: 300 });
    await expect(api.listen(0)).rejects.toMatchObject({ code: 'MILLRACE_OPTION_INVALID' });
  });

  it('answers 413 to a body of 1 GB by what it says of itself, without waiting for it', async () => {
    await using api = apiWith();
    const { port } = await api.listen(0);
    expect(await raw(port, head(2 ** 30), ' '.repeat(100_000))).toMatch(/^HTTP\/1\.1 413 /);
    expect(api.metrics().queueBytes).toBe(0);
  });

  it('answers 413 to chunks that do not end', async () => {
    await using api = apiWith({ bodyMax: 10_000 });
    const { port } = await api.listen(0);
    const chunk = `2000\r\n${' '.repeat(0x2000)}\r\n`;
    const start =
      'POST /pin HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n';
    expect(await raw(port, start, chunk, chunk, chunk)).toMatch(/^HTTP\/1\.1 413 /);
    expect(api.metrics().queueBytes).toBe(0);
  });

  it('ends a body that comes too slowly, and gives its room back', async () => {
    await using api = apiWith({ receiveWithin: '200ms' });
    const { port } = await api.listen(0);
    expect(await raw(port, head(1000), '{"id":')).toMatch(/^HTTP\/1\.1 408 /);
    expect(api.metrics()).toMatchObject({ queueBytes: 0 });
  });

  it('forgets a client that goes away in the middle of its body', async () => {
    await using api = apiWith();
    const { port } = await api.listen(0);
    const socket = connect(port, '127.0.0.1');
    socket.write(head(1000) + '{"id":');
    while (api.metrics().pending === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    socket.destroy();
    while (api.metrics().pending > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(api.metrics().queueBytes).toBe(0);
  });

  it('closes under load: every post is answered or finds no server, and all that was acknowledged is in the topic', async () => {
    const topic = memory().topic('pins', Pin);
    const api = ingestion({ routes: { '/pin': { topic } } });
    const { url } = await api.listen(0);
    let acknowledged = 0;
    const statuses = new Set<number | string>();
    const client = async (): Promise<void> => {
      for (;;) {
        const body = '{"id":"a","likes":1}';
        const status = await fetch(`${url}/pin`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
        }).then(
          async (response) => (await response.json(), response.status),
          () => 'no server',
        );
        statuses.add(status);
        if (status !== 202) return;
        acknowledged++;
      }
    };
    const clients = Array.from({ length: 20 }, client);
    while (acknowledged < 100) await new Promise((resolve) => setTimeout(resolve, 5));
    await api.close();
    await Promise.all(clients);
    expect(api.metrics()).toMatchObject({ pending: 0, queueBytes: 0 });
    // An answer may be lost with its connection, but an acknowledgement never says too much.
    expect(api.metrics().routes['/pin']!.accepted).toBe(acknowledged);
    for (const status of statuses) expect([202, 503, 'no server']).toContain(status);
  });

  it('is cut at the deadline where a client does not end', async () => {
    const api = apiWith();
    const { port } = await api.listen(0);
    const answered = raw(port, head(1000), '{"id":');
    while (api.metrics().pending === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await api.close({ deadline: '100ms' });
    expect(await answered).toBe('');
  });

  it('says that a port is taken', async () => {
    await using first = apiWith();
    const { port } = await first.listen(0);
    await using second = apiWith();
    await expect(second.listen(port)).rejects.toThrow(`port ${port} is taken by another program`);
    expect((await second.listen(0)).port).not.toBe(port);
  });
});
