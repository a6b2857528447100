import { AssertionError } from 'node:assert';
import { describe, expect, it } from 'vitest';
import type { Sink, SinkContext, SinkWriter } from '@millrace/core/connector';
import { memory, type AnyRow } from '../memory/index.js';
import { earlyViewCases, type EarlyViewSubject } from './index.js';

// Views that break one promise about early rows each: the suite must notice.

interface Broken {
  readonly caught: string;
  readonly context?: (context: SinkContext) => SinkContext;
  readonly writer?: (writer: SinkWriter) => SinkWriter;
  readonly reader?: (rows: readonly AnyRow[]) => readonly AnyRow[];
  /** What somebody sees who does not ask for early rows. */
  readonly unasked?: 'with early';
}

let clock = 0;
let latest: SinkWriter | undefined;

const faults: { readonly [fault: string]: Broken } = {
  'shows none': {
    caught: 'early rows are seen, marked, by who asks for them, and by nobody else',
    writer: (writer) => ({ ...writer, writeEarly() {} }),
  },
  'shows them to everybody': {
    caught: 'early rows are seen, marked, by who asks for them, and by nobody else',
    unasked: 'with early',
  },
  'does not mark them': {
    caught: 'early rows are seen, marked, by who asks for them, and by nobody else',
    reader: (rows) => rows.map((row) => ({ ...row, early: false })),
  },
  'takes the last one for the latest': {
    caught: 'of a key the greatest early row is seen, and of equals the one that came last',
    writer: (writer) => ({
      ...writer,
      writeEarly: (batch) => writer.writeEarly!({ ...batch, time: batch.time!.map(() => 1000 + clock++) }),
    }),
  },
  'takes the first of equals': {
    caught: 'of a key the greatest early row is seen, and of equals the one that came last',
    writer: (writer) => {
      const seen = new Set<string>();
      const rankOf = (time: number): string => String(time);
      return {
        ...writer,
        writeEarly(batch) {
          if (batch.time!.some((time) => seen.has(rankOf(time)))) return;
          batch.time!.forEach((time) => seen.add(rankOf(time)));
          writer.writeEarly!(batch);
        },
      };
    },
  },
  'shows them over finals': {
    caught: 'a final row is over early ones of the same and of an earlier rank, whichever came first',
    writer: (writer) => ({
      ...writer,
      writeEarly: (batch) => writer.writeEarly!({ ...batch, time: batch.time!.map((time) => time + 1000) }),
    }),
  },
  'shows them under finals': {
    caught: 'a final row is over early ones of the same and of an earlier rank, whichever came first',
    writer: (writer) => ({
      ...writer,
      writeEarly: (batch) => writer.writeEarly!({ ...batch, time: batch.time!.map((time) => time - 1000) }),
    }),
  },
  'replaces them when a stage is written': {
    caught: 'an early row is replaced when its final is published, and not before',
    writer: (writer) => ({
      ...writer,
      async stage(checkpoint) {
        const staged = await writer.stage(checkpoint);
        await writer.publish({ checkpoint, staged, final: false });
        return staged;
      },
    }),
  },
  'keeps those that have no final': {
    caught: 'with a publication, early rows below the watermark of its seal are gone, also without a final',
    writer: (writer) => ({ ...writer, seal: (checkpoint) => writer.seal(checkpoint) }),
  },
  'throws away those that are still open': {
    caught: 'with a publication, early rows below the watermark of its seal are gone, also without a final',
    writer: (writer) => ({ ...writer, seal: (checkpoint) => writer.seal(checkpoint, Infinity) }),
  },
  'grows with every showing': {
    caught: 'a thousand showings leave one row per key',
    reader: (rows) => [...rows, ...rows.filter(({ early }) => early === true)],
  },
  'writes them down': {
    caught: 'early rows are in no stage',
    writer: (writer) => ({
      ...writer,
      writeEarly(batch) {
        writer.write(batch);
        writer.writeEarly!(batch);
      },
    }),
  },
  'lets an owner write that was overtaken': {
    caught: 'an owner throws away what the one before has shown; that one can show no more',
    writer: (writer) => {
      latest = writer;
      return { ...writer, writeEarly: (batch) => latest!.writeEarly!(batch) };
    },
  },
  'belongs to whoever opened it last': {
    caught: 'an owner that was overtaken while it started takes nothing from the later one',
    context: (context) => ({ ...context, epoch: 1000 + clock++ }),
  },
  'keeps them behind a close': {
    caught: 'close throws early rows away, and leaves final ones',
    writer: (writer) => ({ ...writer, close: async () => undefined }),
  },
  'shows what is built aside': {
    caught: 'what is built aside to replace it shows no early rows',
    context: (context) => ({ ...context, lineage: 'same', publish: 'append', restored: 0 }),
  },
};

describe('the contract of early rows catches a view that', () => {
  for (const [fault, broken] of Object.entries(faults)) {
    it(fault, async () => {
      const found = earlyViewCases.find(({ name }) => name === broken.caught);
      await expect(found!.run(subjectOf(broken))).rejects.toThrow(AssertionError);
    });
  }

  it('and every one of its cases catches some', () => {
    const caught = new Set(Object.values(faults).map((each) => each.caught));
    expect(earlyViewCases.map(({ name }) => name).filter((name) => !caught.has(name))).toEqual([]);
  });
});

function subjectOf({
  context = (same) => same,
  writer = (same) => same,
  reader = (same) => same,
  unasked,
}: Broken): EarlyViewSubject {
  // prettier-ignore
  const view = memory().view('result', { key: ['id'] });
  const sink: Sink<never, never> = { ...view, open: async (given) => writer(await view.open(context(given))) };
  const rowsWithEarly = async (): Promise<readonly AnyRow[]> => reader(await view.rows({ early: true }));
  return {
    sink,
    again: async () => sink,
    rows: () => (unasked === 'with early' ? rowsWithEarly() : view.rows()),
    rowsWithEarly,
  };
}
