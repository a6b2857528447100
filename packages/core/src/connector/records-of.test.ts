import { describe, expect, it } from 'vitest';
import { isNull } from '../batch/column.js';
import { recordsOf } from './records-of.js';

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe('recordsOf', () => {
  it('lays values one behind another, with consecutive offsets', () => {
    const { offsets, next, values, keys, brokerTimes, length } = recordsOf(2, ['é', new Uint8Array([98]), null, ''], {
      offset: 5,
    });
    expect([...offsets]).toEqual([5, 6, 7, 8]);
    expect([length, next]).toEqual([4, 9]);
    expect([...values.offsets]).toEqual([0, 2, 3, 3, 3]);
    expect(text(values.bytes)).toBe('éb');
    expect([0, 1, 2, 3].map((row) => isNull(values, row))).toEqual([false, false, true, false]);
    expect([0, 1, 2, 3].map((row) => isNull(keys, row))).toEqual([true, true, true, true]);
    expect([...brokerTimes]).toEqual([-1, -1, -1, -1]);
  });

  it('keeps keys, broker times and headers', () => {
    const headers = [[['h', null]], []] as const;
    const records = recordsOf(0, ['a', 'b'], { keys: ['k', null], brokerTimes: [1, 2], headers });
    expect(text(records.keys.bytes)).toBe('k');
    expect(isNull(records.keys, 1)).toBe(true);
    expect([...records.brokerTimes]).toEqual([1, 2]);
    expect(records.headers).toBe(headers);
  });
});
