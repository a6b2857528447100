import { describe, expect, it } from 'vitest';
import type { FetchedPartition } from '../protocol/fetch.js';
import { answer, type Answer } from './answer.js';
import { batchBytes, marker } from './batch-bytes.test.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const abortLike = new Uint8Array([0, 0, 0, 0]);

function fetched(batches: readonly Buffer[], aborted: FetchedPartition['aborted'] = []): FetchedPartition {
  return { partition: 0, error: 0, highWatermark: 99, stableOffset: 99, aborted, batches: Buffer.concat(batches) };
}

const batchOf = (producerId: number, offset: number, ...values: string[]) =>
  batchBytes(
    { base: offset, next: offset + values.length, producerId, isTransactional: producerId >= 0 },
    values.map((value, i) => ({ offset: offset + i, key: abortLike, value: bytes(value) })),
  );

async function all(part: Answer, rowsMax = 100, limit = Infinity): Promise<{ texts: string[]; nexts: number[] }> {
  const texts: string[] = [];
  const nexts: number[] = [];
  for (;;) {
    const records = await part.take(rowsMax, limit);
    if (records === undefined) return { texts, nexts };
    const { values, length, next } = records;
    for (let row = 0; row < length; row++) {
      texts.push(new TextDecoder().decode(values.bytes.subarray(values.offsets[row], values.offsets[row + 1])));
    }
    nexts.push(next);
  }
}

describe('an answer', () => {
  it('case 24 (c): begins below the position, and moves past what was compacted away', async () => {
    const batch = batchBytes({ base: 3, next: 7 }, [3, 4].map((offset) => ({ offset, key: null, value: bytes('old') }))); // prettier-ignore
    const part = answer(fetched([batch, batchOf(-1, 7, 'v7', 'v8')]), 5);
    expect(part.end).toBe(9);
    expect(await all(part)).toEqual({ texts: ['v7', 'v8'], nexts: [9] });
    const alone = answer(fetched([batch]), 5);
    expect(await all(alone)).toEqual({ texts: [], nexts: [7] });
  });

  it('leaves out aborted transactions, of two producers at once, and never looks at the keys of data', async () => {
    const batches = [
      batchOf(1, 0, 'a0'),
      batchOf(2, 1, 'b1'),
      batchOf(1, 2, 'a2'),
      batchOf(-1, 3, 'plain'),
      marker(4, 1, 'abort'),
      batchOf(1, 5, 'a5'),
      marker(6, 2, 'commit'),
      marker(7, 1, 'commit'),
      batchOf(1, 8, 'a8'),
      marker(9, 1, 'abort'),
    ];
    const aborted = [{ producerId: 1, firstOffset: 8 }, { producerId: 1, firstOffset: 0 }]; // prettier-ignore
    const part = answer(fetched(batches, aborted), 0);
    expect(await all(part)).toEqual({ texts: ['b1', 'plain', 'a5'], nexts: [10] });
    const uncommitted = await all(answer(fetched(batches), 0));
    expect(uncommitted.texts).toEqual(['a0', 'b1', 'a2', 'plain', 'a5', 'a8']);
  });

  it('stops short of a limit, within a batch and within a gap', async () => {
    const batches = [batchOf(-1, 0, 'a', 'b', 'c'), batchOf(-1, 8, 'd')];
    expect(await all(answer(fetched(batches), 0), 100, 2)).toEqual({ texts: ['a', 'b'], nexts: [2] });
    expect(await all(answer(fetched(batches), 0), 100, 5)).toEqual({ texts: ['a', 'b', 'c'], nexts: [5] });
    expect(await all(answer(fetched(batches), 0), 2, 9)).toEqual({ texts: ['a', 'b', 'c', 'd'], nexts: [2, 9] });
  });

  it('takes times before 1970, and one for all where the broker has set it', async () => {
    const records = [-5, 2 ** 40].map((time, offset) => ({ offset, key: null, value: null, time }));
    const own = await answer(fetched([batchBytes({ base: 0, next: 2 }, records)]), 0).take(9, 9);
    expect([...own!.brokerTimes]).toEqual([-5, 2 ** 40]);
    const set = await answer(fetched([batchBytes({ base: 0, next: 2, appendTime: 77 }, records)]), 0).take(9, 9);
    expect([...set!.brokerTimes]).toEqual([77, 77]);
  });

  it('refuses what is no record of version 2', async () => {
    const whole = batchOf(-1, 0, 'abc');
    const old = Buffer.from(whole);
    old.writeInt8(1, 16);
    await expect(answer(fetched([old]), 0).take(1, 9)).rejects.toThrow('batches of version 1 are not read');
    const cut = Buffer.from(whole);
    // The value is said to be longer than its record.
    cut[cut.length - 5] = 60;
    await expect(answer(fetched([cut]), 0).take(1, 9)).rejects.toThrow(RangeError);
    const unknown = Buffer.from(whole);
    unknown.writeInt16BE(7, 21);
    await expect(answer(fetched([unknown]), 0).take(1, 9)).rejects.toThrow('the codec 7');
  });
});
