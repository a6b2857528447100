import { expectTypeOf, test } from 'vitest';
import {
  defineJob,
  int32,
  nullable,
  run,
  schema,
  utf8,
  type EarlyAppend,
  type Flow,
  type Source,
} from '@millrace/core';
import { memory } from './index.js';

const Pin = schema({ id: utf8, likes: nullable(int32) });
const store = memory();

test('a topic is a source of its schema, and takes its rows, text, bytes and tombstones', async () => {
  const topic = store.topic('pins', Pin, { keyedBy: 'id' });
  expectTypeOf(topic).toExtend<Source<typeof Pin.fields>>();
  await topic.send([{ id: 'a', likes: null }, '{', new Uint8Array(0), null]);
  // @ts-expect-error a field is missing
  await topic.send([{ id: 'a' }]);
  // @ts-expect-error a field is misspelt
  await topic.send([{ id: 'a', lykes: 1 }]);
  // @ts-expect-error no such field
  store.topic('pins', Pin, { keyedBy: 'nope' });
  // @ts-expect-error rows are held to the schema as well
  store.rows(Pin, [{ id: 1, likes: 1 }]);
});

test('sinks take the outputs that have their fields', () => {
  const sources = { live: store.topic('pins', Pin) };
  const graph = (pins: Flow<typeof Pin.fields>) => ({ pins });
  defineJob({ name: 'a', sources, graph, sinks: { pins: store.view('pins', { key: ['id'] }) } });
  defineJob({ name: 'b', sources, graph, sinks: { pins: store.list('pins') } });
  defineJob({ name: 'c', sources, graph, sinks: { pins: store.print() } });
  defineJob({ name: 'd', sources, graph, sinks: { pins: store.topic('out', { keyedBy: 'id' }) } });
  defineJob({ name: 'e', sources, graph, sinks: { pins: store.topic('out') } });
  // @ts-expect-error the key is no field of the output
  defineJob({ name: 'f', sources, graph, sinks: { pins: store.view('pins', { key: ['nope'] }) } });
  // @ts-expect-error nor is what the records are keyed by
  defineJob({ name: 'g', sources, graph, sinks: { pins: store.topic('out', { keyedBy: 'nope' }) } });
});

test('an output with early rows needs a sink that shows them; a replay takes any that takes its rows', async () => {
  const sources = { live: store.topic('pins', Pin) };
  const graph = (pins: Flow<typeof Pin.fields>) => ({ pins: pins as Flow<typeof Pin.fields, EarlyAppend> });
  const job = defineJob({ name: 'a', sources, graph, sinks: { pins: store.view('pins', { key: ['id'] }) } });
  // @ts-expect-error a list keeps every row
  defineJob({ name: 'b', sources, graph, sinks: { pins: store.list('pins') } });
  // @ts-expect-error so does what is printed
  defineJob({ name: 'c', sources, graph, sinks: { pins: store.print() } });
  // @ts-expect-error so does a topic
  defineJob({ name: 'd', sources, graph, sinks: { pins: store.topic('out') } });
  // @ts-expect-error its key has to be a field here as well
  defineJob({ name: 'e', sources, graph, sinks: { pins: store.view('pins', { key: ['nope'] }) } });
  await run(job, { mode: 'replay', sinks: { pins: store.list('pins') } });
  // @ts-expect-error but it has to take the rows
  await run(job, { mode: 'replay', sinks: { pins: store.view('pins', { key: ['nope'] }) } });
});
