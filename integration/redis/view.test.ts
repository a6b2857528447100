import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { binary, bool, decimal, defineJob, float64, int32, int64, list, memoryStore, nullable, run, schema, struct, timestamp, utf8 } from '@millrace/core'; // prettier-ignore
import { memory } from '@millrace/connectors/memory';
import { redis, type Redis as Store } from '@millrace/connectors/redis';
import { batchOf, contextOf } from '@millrace/connectors/testing';
import { eventTime } from '@millrace/operators';
import { tcpProxy } from '../services/tcp-proxy.js';
import { numbered, ownStore, publish } from './own-store.js';
import { rowsByCli } from './rows-by-cli.js';
import { until } from '../until.js';

let url: string;
let prefix: string;
let store: Store;
let client: Redis;
beforeEach(() => {
  ({ url, prefix, store, client } = ownStore());
});

test('redis-cli reads every kind of value as it is documented', async () => {
  const { fields } = schema({
    id: utf8, i: int32, l: int64, f: float64, d: decimal(38, 2), b: bool, t: timestamp, y: binary,
    xs: list(struct({ a: nullable(int32) })), o: nullable(utf8),
  }); // prettier-ignore
  const row = { id: 'é "x" \\', i: -7, l: 2n ** 62n, f: -0.5, d: '12345678901234567890.10', b: true, t: new Date(90_500), y: new Uint8Array([0, 255]), xs: [{ a: null }, { a: 1 }], o: null }; // prettier-ignore
  const writer = await store.view('kinds', { key: ['id', 't'] }).open(contextOf({ schema: { fields } }));
  await publish(writer, 0, [{ time: 1, offset: 0, row: { ...row, o: 'gone' } }], { fields });
  await publish(writer, 1, [{ time: 2, offset: 0, row }], { fields });
  await writer.close();
  const rows = await rowsByCli(url, `{${prefix}:kinds}`);
  const { id } = row;
  expect(Object.fromEntries(rows)).toEqual({
    [JSON.stringify([id, '1970-01-01T00:01:30.500Z'])]: {
      id, i: '-7', l: '4611686018427387904', f: '-0.5', d: '12345678901234567890.10', b: 'true', t: '1970-01-01T00:01:30.500Z', y: 'AP8=', xs: '[{"a":null},{"a":1}]',
    },
  }); // prettier-ignore
});

test('text is what it was: NUL, line ends, separators, and as a key', async () => {
  const view = store.view('texts', { key: ['id'] });
  const ids = ['', '\0', 'a\0b', '"', '\\u0000', '\n\r\u2028', '{}:', '💧'];
  const writer = await view.open(contextOf());
  await publish(writer, 0, ids.map((id, n) => ({ time: n, offset: 0, row: { id, n } }))); // prettier-ignore
  await writer.close();
  expect((await view.rows()).map(({ id }) => id)).toEqual(ids);
  expect((await view.getMany(ids.map((id) => ({ id })))).map((row) => row?.['n'])).toEqual(ids.map((_, n) => n));
});

test('rows of a range of time, and rows of many keys', async () => {
  const view = store.view('results', { key: ['id'] });
  const writer = await view.open(contextOf());
  await publish(writer, 0, numbered(7000));
  expect(await view.rows({ from: new Date(2000), to: new Date(4000) })).toEqual([{ id: 'r2', n: 2 }, { id: 'r3', n: 3 }]); // prettier-ignore
  expect(await view.rows({ to: new Date(1000) })).toEqual([{ id: 'r0', n: 0 }]);
  expect(await view.rows({ from: new Date(6_999_000) })).toEqual([{ id: 'r6999', n: 6999 }]);
  const keys = Array.from({ length: 7001 }, (_, i) => ({ id: `r${7000 - i}` }));
  const found = await view.getMany(keys);
  expect(found).toHaveLength(7001);
  expect(found[0]).toBeUndefined();
  expect(found.slice(1).map((row) => row!['n'])).toEqual(Array.from({ length: 7000 }, (_, i) => 6999 - i));
  expect(await view.getMany([])).toEqual([]);
  await writer.close();
});

test('who listens is told of the rows that change, of early ones apart, and of a replacement', async () => {
  const listener = new Redis(url);
  onTestFinished(() => listener.disconnect());
  const heard: string[] = [];
  const head = `{${prefix}:results}`;
  await listener.subscribe(`${head}:changes`, `${head}:changes:early`);
  listener.on('message', (channel, key) => heard.push(`${channel.slice(head.length + 1)} ${key}`));
  const view = store.view('results', { key: ['id'] });
  const writer = await view.open(contextOf());
  writer.writeEarly!(batchOf(numbered(1)));
  await view.rows({ early: true });
  await publish(writer, 0, numbered(2));
  // One that is there in a later form already changes nothing.
  await publish(writer, 1, [{ time: 0, offset: -1, row: { id: 'r0', n: -1 } }]);
  await writer.close();
  const replay = await view.open(contextOf({ lineage: 'L2', publish: 'replace' }));
  replay.write(batchOf(numbered(2)));
  replay.seal(0);
  await replay.publish({ checkpoint: 0, staged: await replay.stage(0), final: true });
  await replay.close();
  await until(() => heard.includes('changes *'));
  expect(heard).toEqual(['changes:early ["r0"]', 'changes ["r0"]', 'changes ["r1"]', 'changes *']);
});

test('a view that is replaced while it is read is read as it was, or as it is now', async () => {
  const proxy = await tcpProxy(Number(new URL(url).port));
  onTestFinished(() => proxy.close());
  const through = redis({ url: `redis://127.0.0.1:${proxy.port}`, prefix });
  onTestFinished(() => through.close());
  const slow = through.view('results', { key: ['id'] });
  const view = store.view('results', { key: ['id'] });
  const writer = await view.open(contextOf());
  await publish(writer, 0, numbered(3));
  await writer.close();
  const before = await slow.rows();
  proxy.delay(250);
  const reading = slow.rows();
  const replay = await view.open(contextOf({ lineage: 'L2', publish: 'replace' }));
  replay.write(batchOf(numbered(5, 1)));
  replay.seal(0);
  await replay.publish({ checkpoint: 0, staged: await replay.stage(0), final: true });
  await replay.close();
  const after = await view.rows();
  expect([before.length, after.length]).toEqual([3, 5]);
  expect([before, after]).toContainEqual(await reading);
});

test('rows that are large are sent in parts of bounded size', async () => {
  const { fields } = schema({ id: utf8, text: utf8 });
  const view = store.view('large', { key: ['id'] });
  const writer = await view.open(contextOf({ schema: { fields } }));
  const text = 'x'.repeat(100_000);
  writer.write(batchOf(Array.from({ length: 20 }, (_, i) => ({ time: i, offset: 0, row: { id: `r${i}`, text } })), fields)); // prettier-ignore
  writer.seal(0);
  const staged = await writer.stage(0);
  expect(staged).toMatchObject({ parts: 10 });
  for (const key of await client.keys(`{${prefix}:large}:stage:*`))
    expect(await client.strlen(key)).toBeLessThan(262_144);
  await writer.publish({ checkpoint: 0, staged, final: false });
  expect((await view.rows()).every((row) => row['text'] === text)).toBe(true);
  await writer.close();
});

test('a row may have more columns than a script call has arguments', async () => {
  const names = Array.from({ length: 9000 }, (_, i) => `c${i}`);
  const { fields } = schema(Object.fromEntries(names.map((name) => [name, int32])));
  const row = Object.fromEntries(names.map((name, i) => [name, i]));
  const view = store.view('wide', { key: ['c0'] });
  const writer = await view.open(contextOf({ schema: { fields } }));
  await publish(writer, 0, [{ time: 0, offset: 0, row }], { fields });
  expect(await view.rows()).toEqual([row]);
  await writer.close();
});

test('what was replaced, and early rows of who is gone, leave nothing behind', async () => {
  const view = store.view('results', { key: ['id'] });
  const killed = await view.open(contextOf());
  await publish(killed, 0, numbered(1500));
  killed.writeEarly!(batchOf(numbered(700, 5)));
  expect((await view.rows({ early: true })).filter(({ early }) => early === true)).toHaveLength(700);
  killed.write(batchOf(numbered(300)));
  killed.seal(1);
  await killed.stage(1);
  // Its last sign of life is long ago.
  await client.del(`{${prefix}:results}:holders`);
  expect((await view.rows({ early: true })).filter(({ early }) => early === true)).toEqual([]);
  const replay = await view.open(contextOf({ lineage: 'L2', publish: 'replace' }));
  replay.write(batchOf(numbered(2, 9)));
  replay.seal(0);
  await replay.publish({ checkpoint: 0, staged: await replay.stage(0), final: true });
  await replay.close();
  const head = `{${prefix}:results}`;
  const names = ['', ':2:["r0"]', ':2:["r1"]', ':2:times', ':generation', ':lineage:L2'];
  expect((await client.keys(`{${prefix}:*`)).sort()).toEqual(names.map((name) => `${head}${name}`));
  expect(await view.rows()).toEqual([{ id: 'r0', n: 9 }, { id: 'r1', n: 10 }]); // prettier-ignore
  await expect(publish(killed, 2, numbered(1))).rejects.toMatchObject({ code: 'MILLRACE_LINEAGE_FOREIGN' });
  await killed.close();
});

test('a replay replaces what a live job has shown, and goes on with it', async () => {
  const Pin = schema({ id: utf8, at: timestamp });
  const view = store.view('pins', { key: ['id'] });
  const place = memory();
  const records = ['a', 'b', 'c'].map((id, i) => ({ id, at: new Date(i * 1000) }));
  const topic = place.topic('pins', Pin);
  await topic.send(records);
  await topic.end();
  const job = (mended: boolean) =>
    defineJob({
      name: 'pins',
      sources: { live: topic, replay: place.rows(Pin, mended ? records : []) },
      graph: (pins) => ({ pins: pins.pipe(eventTime('at', { maxOutOfOrderness: '5s' })) }),
      sinks: { pins: view },
      checkpoints,
    });
  const checkpoints = memoryStore();
  const { outputs: live } = await run(job(false), { mode: 'live', report: false });
  const before = await client.hget(`{${prefix}:pins}`, 'generation');
  const { outputs: replayed } = await run(job(true), { mode: 'replay', publish: 'replace', report: false });
  expect(replayed).toEqual(live);
  expect(await client.hget(`{${prefix}:pins}`, 'generation')).not.toBe(before);
  expect(await view.rows()).toEqual(records);
});

test('a store that was closed says so', async () => {
  const closed = redis({ url, prefix });
  const view = closed.view('results', { key: ['id'] });
  expect(await view.rows()).toEqual([]);
  await closed.close();
  await expect(view.rows()).rejects.toThrow('the server is not asked any more, since it was closed');
});

test('a program that reads a view ends by itself', async () => {
  const writer = await store.view('results', { key: ['id'] }).open(contextOf());
  await publish(writer, 0, numbered(2));
  await writer.close();
  const program = `
    import { redis } from '@millrace/connectors/redis';
    const view = redis({ url: '${url}', prefix: '${prefix}' }).view('results', { key: ['id'] });
    console.log(JSON.stringify([await view.get({ id: 'r1' }), await view.get({ id: 'nobody' }), await view.rows()]));`;
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    cwd: `${import.meta.dirname}/../..`,
    timeout: 20_000,
  });
  expect(stderr).toBe('');
  expect(stdout).toBe('[{"id":"r1","n":1},null,[{"id":"r0","n":0},{"id":"r1","n":1}]]\n');
});
