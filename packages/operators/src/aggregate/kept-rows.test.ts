import { float64, nullable, schema, utf8 } from '@millrace/core';
import { bareBatch, columnOf, compareValues, valueAt } from '@millrace/core/operate';
import { randomOf, seedOf } from '@millrace/core/testing';
import { expect, test } from 'vitest';
import { KeptRows } from './kept-rows.js';

const { fields } = schema({ rank: float64, text: nullable(utf8) });

test('the best row of every slot is kept, over so many batches that chunks are copied together', () => {
  const random = randomOf(seedOf());
  const rows = new KeptRows({
    parts: fields,
    columnsOf: (batch) => [batch.columns['rank']!, batch.columns['text']!],
    better: ([rank], row, [kept], keptRow) => compareValues(rank!, row, kept!, keptRow) > 0,
  });
  const best = new Map<number, { rank: number; text: string | null }>();
  for (let batch = 0; batch < 600; batch++) {
    const slots = Array.from({ length: 40 }, () => random.below(300));
    const ranks = slots.map(() => random.below(1e9) + batch * 1e6);
    const texts = slots.map((slot, i) => (ranks[i]! % 7 === 0 ? null : `${slot} ${ranks[i]!}`));
    rows.grow(300);
    const columns = { rank: columnOf(float64, ranks), text: columnOf(nullable(utf8), texts) };
    rows.update(Int32Array.from(slots), Int32Array.from(slots.keys()), bareBatch(columns, 40));
    slots.forEach((slot, i) => {
      const known = best.get(slot);
      if (known === undefined || ranks[i]! > known.rank) best.set(slot, { rank: ranks[i]!, text: texts[i]! });
    });
    if (batch % 50 === 49) {
      const gone = Int32Array.from([...best.keys()].slice(0, 30));
      rows.clear(gone);
      gone.forEach((slot) => best.delete(slot));
    }
  }
  const kept = Int32Array.from(best.keys());
  const result = rows.result(kept);
  expect(Array.from(kept, (_, i) => valueAt(nullable(utf8), result, i))).toEqual(
    [...best.values()].map(({ text }) => text),
  );
});
