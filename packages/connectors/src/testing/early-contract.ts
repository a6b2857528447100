import assert from 'node:assert/strict';
import type { Sink, SinkContext, SinkWriter } from '@millrace/core/connector';
import { runContract, type ContractCase, type Contracted, type Disposable, type TestRunner } from './contract.js';
import { batchOf, contextOf, type RankedRow } from './sink-rows.js';

/** A view under test that takes early rows; empty, with the key `id`, for rows of `ContractRow`. */
export interface EarlyViewSubject extends Disposable {
  readonly sink: Sink<never, never>;
  /** Another handle on the same view, as an owner has it that starts after a crash. */
  readonly again: () => Promise<Sink<never, never>>;
  /** The rows that a reader sees who does not ask for early ones, in any order. */
  rows(): Promise<readonly ViewRow[]>;
  /** The rows that a reader sees who asks for early ones: `early` is true in those, and not in final ones. */
  rowsWithEarly(): Promise<readonly ViewRow[]>;
  /** Resolves when the early rows that were written can be seen, where that takes time. */
  readonly settled?: () => Promise<void>;
}

type ViewRow = { readonly [field: string]: unknown };

/**
 * Holds a view that takes early rows (`Sink.early`) to `SinkWriter.writeEarly`, beside `viewContract`.
 *
 * @example
 * ```ts
 * import { describe, it } from 'node:test';
 * import { memory } from '@millrace/connectors/memory';
 * import { earlyViewContract } from '@millrace/connectors/testing';
 *
 * const make = async () => {
 *   const view = memory().view('popularity', { key: ['id'] });
 *   return { sink: view, again: async () => view, rows: () => view.rows(), rowsWithEarly: () => view.rows({ early: true }) };
 * };
 * earlyViewContract({ describe, it }, { name: 'my view', make });
 * ```
 */
export function earlyViewContract(runner: TestRunner, contracted: Contracted<EarlyViewSubject>): void {
  runContract(runner, 'early rows of a view', earlyViewCases, contracted);
}

const ranked = (id: string, time: number, n: number, offset = 0): RankedRow => ({ time, offset, row: { id, n } });

function writeEarly(writer: SinkWriter, ...rows: readonly RankedRow[]): void {
  assert.ok(writer.writeEarly !== undefined, 'a sink with early: true has a writeEarly');
  writer.writeEarly(batchOf(rows));
}

async function publish(writer: SinkWriter, checkpoint: number, rows: readonly RankedRow[], watermark?: number) {
  if (rows.length > 0) writer.write(batchOf(rows));
  writer.seal(checkpoint, watermark);
  const staged = await writer.stage(checkpoint);
  await writer.publish({ checkpoint, staged, final: false });
  return staged;
}

const textsOf = (rows: readonly ViewRow[]): string[] =>
  rows.map(({ id, n, early }) => `${String(id)} ${String(n)}${early === true ? ' early' : ''}`).sort();

/** What is seen, as texts: final rows, and with early ones. */
async function expectRows(subject: EarlyViewSubject, final: string, withEarly: string): Promise<void> {
  await subject.settled?.();
  const unmarked = await subject.rows();
  assert.deepEqual(textsOf(unmarked).join(', '), final);
  assert.deepEqual(unmarked.filter((row) => 'early' in row), []); // prettier-ignore
  assert.deepEqual(textsOf(await subject.rowsWithEarly()).join(', '), withEarly);
}

const from = (restored: number, changes: Partial<SinkContext> = {}): SinkContext => contextOf({ restored, ...changes });

/** The promises of a view that takes early rows. */
export const earlyViewCases: readonly ContractCase<EarlyViewSubject>[] = [
  {
    name: 'early rows are seen, marked, by who asks for them, and by nobody else',
    async run(subject) {
      assert.equal(subject.sink.early, true);
      const writer = await subject.sink.open(from(-1));
      writeEarly(writer, ranked('a', 10, 1), ranked('b', 10, 2));
      await expectRows(subject, '', 'a 1 early, b 2 early');
      await publish(writer, 0, [ranked('c', 5, 3)]);
      await expectRows(subject, 'c 3', 'a 1 early, b 2 early, c 3');
      await writer.close();
    },
  },
  {
    name: 'of a key the greatest early row is seen, and of equals the one that came last',
    async run(subject) {
      const writer = await subject.sink.open(from(-1));
      writeEarly(writer, ranked('a', 10, 1), ranked('b', 10, 1, 5));
      writeEarly(writer, ranked('a', 10, 2), ranked('b', 10, 2, 4));
      await expectRows(subject, '', 'a 2 early, b 1 early');
      writeEarly(writer, ranked('a', 9, 3), ranked('b', 11, 3, 0));
      await expectRows(subject, '', 'a 2 early, b 3 early');
      writeEarly(writer, ranked('a', 20, 4), ranked('a', 10, 5));
      await expectRows(subject, '', 'a 4 early, b 3 early');
      await writer.close();
    },
  },
  {
    name: 'a final row is over early ones of the same and of an earlier rank, whichever came first',
    async run(subject) {
      const writer = await subject.sink.open(from(-1));
      writeEarly(writer, ranked('a', 10, 1, 3), ranked('b', 10, 1, 3), ranked('c', 10, 1, 3), ranked('d', 10, 1, 3));
      const finals = [ranked('a', 10, 7, 3), ranked('b', 10, 7, 2), ranked('c', 11, 7), ranked('d', 9, 7)];
      await publish(writer, 0, finals);
      await expectRows(subject, 'a 7, b 7, c 7, d 7', 'a 7, b 1 early, c 7, d 1 early');
      writeEarly(writer, ranked('a', 10, 2, 3), ranked('b', 10, 2, 2), ranked('c', 10, 2, 9), ranked('d', 9, 2, 0));
      await expectRows(subject, 'a 7, b 7, c 7, d 7', 'a 7, b 1 early, c 7, d 1 early');
      writeEarly(writer, ranked('a', 10, 3, 4), ranked('c', 12, 3));
      await expectRows(subject, 'a 7, b 7, c 7, d 7', 'a 3 early, b 1 early, c 3 early, d 1 early');
      await publish(writer, 1, [
        ranked('a', 10, 8, 4),
        ranked('b', 10, 8, 3),
        ranked('c', 12, 8),
        ranked('d', 10, 8, 3),
      ]);
      await expectRows(subject, 'a 8, b 8, c 8, d 8', 'a 8, b 8, c 8, d 8');
      await writer.close();
    },
  },
  {
    name: 'an early row is replaced when its final is published, and not before',
    async run(subject) {
      const writer = await subject.sink.open(from(-1));
      writeEarly(writer, ranked('a', 10, 1));
      writer.write(batchOf([ranked('a', 10, 2)]));
      await expectRows(subject, '', 'a 1 early');
      writer.seal(0, 11);
      await expectRows(subject, '', 'a 1 early');
      const staged = await writer.stage(0);
      await expectRows(subject, '', 'a 1 early');
      await writer.publish({ checkpoint: 0, staged, final: false });
      await expectRows(subject, 'a 2', 'a 2');
      await writer.close();
    },
  },
  {
    name: 'with a publication, early rows below the watermark of its seal are gone, also without a final',
    async run(subject) {
      const writer = await subject.sink.open(from(-1));
      writeEarly(writer, ranked('a', 10, 1), ranked('b', 11, 1), ranked('c', 12, 1));
      await publish(writer, 0, [ranked('z', 1, 0)]);
      await expectRows(subject, 'z 0', 'a 1 early, b 1 early, c 1 early, z 0');
      writer.seal(1, 11);
      writeEarly(writer, ranked('d', 20, 1));
      const staged = await writer.stage(1);
      await expectRows(subject, 'z 0', 'a 1 early, b 1 early, c 1 early, d 1 early, z 0');
      await writer.publish({ checkpoint: 1, staged, final: false });
      await expectRows(subject, 'z 0', 'b 1 early, c 1 early, d 1 early, z 0');
      await publish(writer, 2, [], Infinity);
      await expectRows(subject, 'z 0', 'z 0');
      await writer.close();
    },
  },
  {
    name: 'early rows are in no stage',
    async run(subject) {
      const writer = await subject.sink.open(from(-1));
      writeEarly(writer, ranked('a', 10, 1));
      const staged = await publish(writer, 0, []);
      assert.doesNotMatch(JSON.stringify(staged), /"a"/);
      writeEarly(writer, ranked('a', 10, 2));
      await publish(writer, 1, [ranked('b', 10, 1)]);
      await expectRows(subject, 'b 1', 'a 2 early, b 1');
      // As after a kill: the one before was not closed.
      const next = await (await subject.again()).open(from(1));
      await expectRows(subject, 'b 1', 'b 1');
      await next.close();
      await writer.close();
    },
  },
  {
    name: 'an owner throws away what the one before has shown; that one can show no more',
    async run(subject) {
      const before = await subject.sink.open(from(-1));
      await publish(before, 0, [ranked('z', 1, 0)]);
      writeEarly(before, ranked('a', 10, 1));
      await expectRows(subject, 'z 0', 'a 1 early, z 0');
      const next = await (await subject.again()).open(from(0));
      await expectRows(subject, 'z 0', 'z 0');
      writeEarly(before, ranked('a', 10, 2), ranked('b', 10, 2));
      await expectRows(subject, 'z 0', 'z 0');
      writeEarly(next, ranked('b', 10, 3));
      writeEarly(before, ranked('b', 11, 4));
      await expectRows(subject, 'z 0', 'b 3 early, z 0');
      await before.close();
      await expectRows(subject, 'z 0', 'b 3 early, z 0');
      await next.close();
    },
  },
  {
    name: 'an owner that was overtaken while it started takes nothing from the later one',
    async run(subject) {
      const first = await subject.sink.open(from(-1));
      await publish(first, 0, [ranked('z', 1, 0)]);
      await first.close();
      const later = await (await subject.again()).open(from(0, { epoch: 7 }));
      writeEarly(later, ranked('a', 10, 1));
      const overtaken = await subject.sink.open(from(0, { epoch: 5 }));
      writeEarly(overtaken, ranked('a', 11, 2), ranked('b', 11, 2));
      await expectRows(subject, 'z 0', 'a 1 early, z 0');
      await overtaken.close();
      await expectRows(subject, 'z 0', 'a 1 early, z 0');
      await later.close();
      const asleep = await subject.sink.open(from(0, { epoch: 6 }));
      writeEarly(asleep, ranked('c', 11, 2));
      await expectRows(subject, 'z 0', 'z 0');
      await asleep.close();
    },
  },
  {
    name: 'close throws early rows away, and leaves final ones',
    async run(subject) {
      const writer = await subject.sink.open(from(-1));
      await publish(writer, 0, [ranked('a', 1, 0)]);
      writeEarly(writer, ranked('a', 10, 1), ranked('b', 10, 1));
      await expectRows(subject, 'a 0', 'a 1 early, b 1 early');
      await writer.close();
      await expectRows(subject, 'a 0', 'a 0');
    },
  },
  {
    name: 'what is built aside to replace it shows no early rows',
    async run(subject) {
      const owner = await subject.sink.open(from(-1));
      await publish(owner, 0, [ranked('z', 1, 0)]);
      await owner.close();
      const aside = await (await subject.again()).open(from(-1, { lineage: 'L2', publish: 'replace' }));
      aside.writeEarly?.(batchOf([ranked('a', 10, 1)]));
      await publish(aside, 0, [ranked('b', 10, 1)]);
      await expectRows(subject, 'z 0', 'z 0');
      await aside.close();
    },
  },
  {
    name: 'a thousand showings leave one row per key',
    async run(subject) {
      const writer = await subject.sink.open(from(-1));
      for (let n = 0; n < 1000; n++) writeEarly(writer, ranked('a', 10, n), ranked(`k${n % 3}`, 10 + n, n));
      await expectRows(subject, '', 'a 999 early, k0 999 early, k1 997 early, k2 998 early');
      await publish(writer, 0, [ranked('k0', 2000, -1)], 1008);
      await expectRows(subject, 'k0 -1', 'k0 -1, k2 998 early');
      await writer.close();
    },
  },
];
