import { list, schema, utf8, type Flow } from '@millrace/core';
import { recordsOf } from '@millrace/core/connector';
import { batchOf, runFlow } from '@millrace/core/testing';
import { expect, test } from 'vitest';
import { flatten } from './flatten.js';
import { where } from './where.js';
import { withMetadata } from './with-metadata.js';

const Line = schema({ text: utf8, parts: list(utf8) });
type Line = typeof Line.fields;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const line = (text: string): { text: string; parts: string[] } => ({ text, parts: [] });

test('adds key, headers and broker time, under the names that it is given', () => {
  const records = recordsOf(0, ['a', 'b', 'c'], {
    keys: ['k', null, ''],
    brokerTimes: [5000, -1, 0],
    headers: [[['trace', bytes('7')], ['none', null]], [], []],
  }); // prettier-ignore
  const batch = { ...batchOf(Line, [line('a'), line('b'), line('c')]), origin: { source: 'source', records } };
  const { outputs, ledgers } = runFlow(
    Line,
    (lines) =>
      lines.pipe(
        where(({ text }) => text !== 'z'),
        withMetadata({ key: 'k', headers: 'h', brokerTime: 'arrived' }),
      ),
    [{ batch }],
  );
  expect(outputs['out']).toEqual([
    { ...line('a'), k: bytes('k'), h: [{ name: 'trace', value: bytes('7') }, { name: 'none', value: null }], arrived: new Date(5000) }, // prettier-ignore
    { ...line('b'), k: null, h: [], arrived: null },
    { ...line('c'), k: bytes(''), h: [], arrived: new Date(0) },
  ]);
  expect(ledgers['out/withMetadata(key: k, headers: h, brokerTime: arrived)']).toMatchObject({ in: 3, taken: 3 });
});

test('asks the source for metadata, and its input for no column that it makes', () => {
  runFlow(
    Line,
    (lines) => {
      const { node } = lines.pipe(withMetadata({ key: 'k' }));
      expect(node.metadata).toBe(true);
      expect(node.needs(new Set(['k', 'text']))).toEqual([new Set(['text'])]);
      return lines;
    },
    [],
  );
});

test('is refused where rows are no records any more', () => {
  const graph = (shape: (lines: Flow<Line>) => Flow<Line>) => () =>
    runFlow(Line, (lines) => shape(lines).pipe(withMetadata({ key: 'k' })), []);
  expect(graph((lines) => lines.pipe(where(() => true)))).not.toThrow();
  expect(graph((lines) => lines.pipe(flatten('parts')) as unknown as Flow<Line>)).toThrow(
    'withMetadata needs a flow that is still in the order of its source, and it stands after flatten(parts).',
  );
});

test('plain JavaScript is refused when the graph is built', () => {
  const graph = (names: object) => () => runFlow(Line, (lines) => lines.pipe(withMetadata(names as { key: 'k' })), []);
  expect(graph({ offset: 'o' })).toThrow('withMetadata: "offset" is none of its options.');
  expect(graph({ key: 'text' })).toThrow('withMetadata makes a field "text"');
  expect(graph({ key: 'm', headers: 'm' })).toThrow('that name is made by it already');
});
