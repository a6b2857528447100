import { expect, test } from 'vitest';
import { silentLogger } from '../metrics/logger.js';
import { operate } from '../flow/operate.js';
import { sourceFlow } from '../plan/source-flow.js';
import { int32 } from '../schema/column-type.js';
import { schema } from '../schema/schema.js';
import { graphInstance } from './graph-instance.js';

const Event = schema({ n: int32 });

test('a snapshot behind an error throws that error', () => {
  const source = sourceFlow('events', Event, undefined);
  const { node } = operate<typeof Event.fields, 'append'>(source, {
    operator: 'breaking',
    schema: Event,
    create: () => ({
      batch: () => undefined,
      watermark() {
        throw new Error('broken on purpose');
      },
    }),
  });
  const graph = graphInstance({
    outputs: new Map([['events', node]]),
    tasks: 1,
    logger: silentLogger,
    onOutput: () => undefined,
  });
  expect(graph.snapshot(1)).toEqual(new Map());
  graph.push(source.node, 0, { kind: 'watermark', time: 1 });
  expect(() => graph.snapshot(2)).toThrow('broken on purpose');
});
