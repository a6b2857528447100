import { expect, test } from 'vitest';
import type { SinkWriter } from '../connector/sink.js';
import { columnsOf } from '../batch/build.js';
import { bareBatch, type Batch } from '../batch/batch.js';
import { silentLogger } from '../metrics/logger.js';
import { sourceFlow } from '../plan/source-flow.js';
import { schema } from '../schema/schema.js';
import { utf8 } from '../schema/column-type.js';
import { outputWriter } from './output-writer.js';

const Event = schema({ id: utf8 });
const { node } = sourceFlow('events', Event, undefined);

function writerNoting(calls: unknown[][]): SinkWriter {
  return {
    published: async () => -1,
    write: (batch) => calls.push(['write', batch.length]),
    writeEarly(batch) {
      calls.push(['early', batch.length]);
      if (batch.length > 1) throw new Error('cannot be shown');
    },
    room: () => undefined,
    seal: (checkpoint, watermark) => calls.push(['seal', checkpoint, watermark]),
    stage: async () => null,
    publish: async () => undefined,
    close: async () => undefined,
  };
}

function batchOf(...ids: string[]): Batch {
  const columns = columnsOf(Event.fields, ids.map((id) => ({ id }))); // prettier-ignore
  return bareBatch(columns, ids.length);
}

test('a seal says the least watermark of all tasks, and −∞ before each has spoken', () => {
  const calls: unknown[][] = [];
  const output = outputWriter('out', node, writerNoting(calls), silentLogger);
  output.seal(0, 2);
  output.receive({ kind: 'watermark', time: 7 }, 1);
  output.seal(1, 2);
  output.receive({ kind: 'watermark', time: 5 }, 0);
  output.seal(2, 2);
  output.receive({ kind: 'watermark', time: 9 }, 0);
  output.seal(3, 2);
  expect(calls).toEqual([
    ['seal', 0, -Infinity],
    ['seal', 1, -Infinity],
    ['seal', 2, 5],
    ['seal', 3, 7],
  ]);
  expect(output.watermark).toBe(9);
});

test('early rows are in no digest, and a sink that cannot show them ends nothing', () => {
  const calls: unknown[][] = [];
  const warnings: unknown[] = [];
  const logger = { ...silentLogger, warn: (data: unknown) => warnings.push(data) };
  const output = outputWriter('out', node, writerNoting(calls), logger);
  output.receive({ kind: 'batch', batch: batchOf('a') }, 0);
  const before = output.value();
  output.receive({ kind: 'early', batch: batchOf('b') }, 0);
  output.receive({ kind: 'early', batch: batchOf('c', 'd') }, 0);
  output.receive({ kind: 'early', batch: batchOf('c', 'd') }, 0);
  expect(output.value()).toEqual(before);
  expect(calls.map(([kind]) => kind)).toEqual(['write', 'early', 'early', 'early']);
  expect(warnings).toEqual([{ operator: 'out', code: undefined }]);
});
