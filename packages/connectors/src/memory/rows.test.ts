import { describe, expect, it } from 'vitest';
import { int32, schema, utf8 } from '@millrace/core';
import { memory } from './index.js';

const Pin = schema({ id: utf8, n: int32 });
const context = {
  columns: new Set<string>(),
  metadata: true,
  logger: { debug() {}, info() {}, warn() {}, error() {} },
};

describe('memory().rows', () => {
  it('is a source of one partition that ends, without keys and broker times', async () => {
    const source = memory().rows(Pin, [{ id: 'a', n: 1 }, 'dirt', null]);
    expect(source.bounded).toBe(true);
    const reader = await source.open(context);
    expect(await reader.partitions()).toEqual([{ partition: 0, start: 0, end: 3 }]);
    const pull = await reader.read(0, 0, 10);
    if (pull.kind !== 'records') throw new Error(pull.kind);
    expect(new TextDecoder().decode(pull.records.values.bytes)).toBe('{"id":"a","n":1}dirt');
    expect([...pull.records.brokerTimes]).toEqual([-1, -1, -1]);
    expect(await reader.read(0, 3, 10)).toEqual({ kind: 'end' });
  });

  it('ends at once where there are none', async () => {
    const reader = await memory().rows(Pin, []).open(context);
    expect(await reader.read(0, 0, 10)).toEqual({ kind: 'end' });
  });

  it('is the same source as long as it holds the same rows', async () => {
    const identity = async (...values: (string | null)[]) => (await memory().rows(Pin, values).open(context)).identity;
    expect(await identity('a', 'b')).toBe(await identity('a', 'b'));
    expect(await identity('a', 'b')).not.toBe(await identity('ab'));
    expect(await identity('a', '')).not.toBe(await identity('a', null));
  });
});
