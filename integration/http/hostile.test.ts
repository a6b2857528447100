import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { Hono } from 'hono';
import { serve } from '@hono/node-server';
import { describe, expect, it } from 'vitest';
import { int32, schema, utf8 } from '@millrace/core';
import { ingestion, type Ingestion } from '@millrace/connectors/http';
import { kafka } from '@millrace/connectors/kafka';
import { committedRows } from '../kafka/committed-rows.js';
import { testTopic } from '../kafka/topics.js';
import { sharedServices } from '../services/services.js';

// What comes in from outside, through the endpoint's own server and through one that a program has for more than this.

const Pin = schema({ id: utf8, likes: int32 });
const deep = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

/** What is no row, and the field that the answer names. */
const noRows = {
  'torn in a text': ['{"id":"a', undefined],
  'torn in a list': ['[{"id":"a","likes":1},{"id":"b","likes":2}', undefined],
  'of a wrong type': ['{"id":"a","likes":"many"}', 'likes'],
  'beyond its type': ['{"id":"a","likes":2147483648}', 'likes'],
  'without a field': ['{"id":"a"}', 'likes'],
  'a list with one that is no row': ['[{"id":"a","likes":1},{"id":"b","likes":null}]', 'likes'],
  'nothing but depth': [deep(5000), undefined],
  'depth in a field': [`{"id":${deep(5000)},"likes":1}`, undefined],
  'no JSON': ['\u0000', undefined],
  nothing: ['', undefined],
} as const;

interface Open {
  readonly port: number;
  readonly close: () => Promise<void>;
}

const servers: Readonly<Record<string, (api: Ingestion) => Promise<Open>>> = {
  'its own server': async (api) => ({ port: (await api.listen(0)).port, close: () => api.close() }),
  'a server of the program': async (api) => {
    const app = new Hono();
    app.get('/health', (context) => context.text('well'));
    app.post('/pin', (context) => api.fetch(context.req.raw));
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' });
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expect(await (await fetch(`http://127.0.0.1:${port}/health`)).text()).toBe('well');
    return {
      port,
      async close() {
        await api.close();
        await new Promise((closed) => server.close(closed));
      },
    };
  },
};

describe.each(Object.keys(servers))('through %s', (kind) => {
  it('nothing that is no row gets into the topic, nor keeps others out of it', async () => {
    const brokers = sharedServices().kafka;
    await using made = await testTopic(brokers, 2);
    const topic = kafka({ brokers: [brokers] }).topic(made.name, Pin, { keyedBy: 'id' });
    const api = ingestion({ routes: { '/pin': { topic } } });
    const { port, close } = await servers[kind]!(api);
    const posted: string[] = [];
    for (const [name, [body, field]] of Object.entries(noRows)) {
      const [wrong, right] = await Promise.all([post(port, body), post(port, JSON.stringify({ id: name, likes: 1 }))]);
      expect([name, wrong.status, wrong.answer['field']]).toEqual([name, 400, field]);
      expect(wrong.answer['error']).toEqual(expect.any(String));
      expect([name, right.status]).toEqual([name, 202]);
      posted.push(name);
    }
    expect(await announced(port, 2 ** 30)).toMatch(/^HTTP\/1\.1 413 /);
    expect((await post(port, '{"id":"last","likes":1}')).status).toBe(202);
    await close();
    await topic.close();
    const rows = await committedRows(brokers, made.name, Pin);
    expect(rows.map(({ id }) => id).sort()).toEqual([...posted, 'last'].sort());
    expect(api.metrics()).toMatchObject({ pending: 0, queueBytes: 0 });
  });
});

async function post(port: number, body: string): Promise<{ status: number; answer: Record<string, unknown> }> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`http://127.0.0.1:${port}/pin`, { method: 'POST', headers, body });
  return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
}

/** Says that so many bytes follow, and gives what comes back until the server ends the connection. */
async function announced(port: number, length: number): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  socket.on('error', () => undefined);
  socket.write(
    `POST /pin HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`,
  );
  socket.write(' '.repeat(100_000));
  await once(socket, 'close');
  return text;
}
