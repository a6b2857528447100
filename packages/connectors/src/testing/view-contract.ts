import assert from 'node:assert/strict';
import {
  binary,
  bool,
  decimal,
  float64,
  int32,
  int64,
  list,
  nullable,
  schema,
  struct,
  timestamp,
  utf8,
  type Fields,
  type Schema,
} from '@millrace/core';
import type { Sink, SinkContext, SinkWriter } from '@millrace/core/connector';
import { runContract, type ContractCase, type Contracted, type Disposable, type TestRunner } from './contract.js';
import { batchOf, contextOf, type RankedRow } from './sink-rows.js';

/** A view under test: makes empty views by any key. */
export interface ViewSubject extends Disposable {
  /** The view of that key; `again` gives another handle on the same one. */
  readonly view: (key: readonly string[]) => Promise<TestedView>;
}

/** One view and what a reader sees of it. */
export interface TestedView {
  readonly sink: Sink<never, never>;
  readonly again: () => Promise<Sink<never, never>>;
  /** The rows that a reader sees, in any order. */
  rows(): Promise<readonly { readonly [field: string]: unknown }[]>;
  get(key: { readonly [field: string]: unknown }): Promise<{ readonly [field: string]: unknown } | undefined>;
}

/**
 * Holds a view to one row per key, the greatest in (time, order), whatever came first. One that takes early rows
 * (`Sink.early`) is held to `earlyViewContract` as well.
 */
export function viewContract(runner: TestRunner, contracted: Contracted<ViewSubject>): void {
  runContract(runner, 'view', viewCases, contracted);
}

const ranked = (time: number, offset: number, id: string, n: number): RankedRow => ({ time, offset, row: { id, n } });

async function publish(writer: SinkWriter, checkpoint: number, batches: readonly RankedRow[][], fields?: Fields) {
  for (const rows of batches) writer.write(batchOf(rows, fields));
  writer.seal(checkpoint);
  await writer.publish({ checkpoint, staged: await writer.stage(checkpoint), final: false });
}

async function byId(view: TestedView): Promise<{ [id: string]: unknown }> {
  return Object.fromEntries((await view.rows()).map(({ id, n }) => [id, n] as const)) as { [id: string]: unknown };
}

const upsert = (changes: Partial<SinkContext> = {}): SinkContext => contextOf({ mode: 'upsert', ...changes });

/** The promises of a view. */
export const viewCases: readonly ContractCase<ViewSubject>[] = [
  {
    name: 'a key has one row, the one of the greatest time, whatever the order of arrival',
    async run(subject) {
      const view = await subject.view(['id']);
      const writer = await view.sink.open(upsert());
      await publish(writer, 0, [[ranked(10, 0, 'a', 1), ranked(30, 1, 'a', 3)], [ranked(20, 2, 'a', 2), ranked(5, 3, 'b', 1)]]); // prettier-ignore
      assert.deepEqual(await byId(view), { a: 3, b: 1 });
      await publish(writer, 1, [[ranked(25, 4, 'a', 9), ranked(6, 5, 'b', 2)]]);
      assert.deepEqual(await byId(view), { a: 3, b: 2 });
      await publish(writer, 2, [[ranked(31, 6, 'a', 4)]]);
      assert.deepEqual(await byId(view), { a: 4, b: 2 });
      await writer.close();
    },
  },
  {
    name: 'under one time the order decides, and an equal rank is replaced by what came later',
    async run(subject) {
      const view = await subject.view(['id']);
      const writer = await view.sink.open(contextOf());
      await publish(writer, 0, [[ranked(10, 5, 'a', 5)], [ranked(10, 4, 'a', 4)]]);
      assert.deepEqual(await byId(view), { a: 5 });
      await publish(writer, 1, [[ranked(10, 3, 'a', 3)]]);
      assert.deepEqual(await byId(view), { a: 5 });
      await publish(writer, 2, [[ranked(10, 5, 'a', 6)], [ranked(10, 5, 'a', 7)]]);
      assert.deepEqual(await byId(view), { a: 7 });
      await writer.close();
    },
  },
  {
    name: 'a key of several fields, with null, keeps its parts apart',
    async run(subject) {
      const fields = schema({ a: nullable(utf8), b: utf8, at: timestamp, n: int32 }).fields;
      const view = await subject.view(['a', 'b', 'at']);
      const writer = await view.sink.open(upsert({ schema: { fields } }));
      const row = (time: number, a: string | null, b: string, at: number, n: number): RankedRow => ({ time, offset: n, row: { a, b, at: new Date(at), n } }); // prettier-ignore
      const rows = [row(1, 'x', 'yz', 0, 1), row(1, 'xy', 'z', 0, 2), row(1, null, 'yz', 0, 3), row(1, '', 'yz', 0, 4), row(1, 'x', 'yz', 60_000, 5)]; // prettier-ignore
      await publish(writer, 0, [rows, [row(2, null, 'yz', 0, 6)]], fields);
      assert.deepEqual((await view.rows()).map(({ n }) => n).sort(), [1, 2, 4, 5, 6]);
      assert.equal((await view.get({ a: null, b: 'yz', at: new Date(0) }))?.['n'], 6);
      assert.equal((await view.get({ a: '', b: 'yz', at: new Date(0) }))?.['n'], 4);
      assert.equal((await view.get({ a: 'x', b: 'yz', at: new Date(60_000) }))?.['n'], 5);
      assert.equal(await view.get({ a: 'q', b: 'yz', at: new Date(0) }), undefined);
      await writer.close();
    },
  },
  {
    name: '−0 and 0 are one key, also in lists and structs',
    async run(subject) {
      const { fields } = schema({ f: float64, o: struct({ f: nullable(float64) }), xs: list(float64), n: int32 });
      const view = await subject.view(['f', 'o', 'xs']);
      const writer = await view.sink.open(upsert({ schema: { fields } }));
      const row = (n: number, f: number): RankedRow => ({ time: n, offset: n, row: { f, o: { f }, xs: [1, f], n } });
      await publish(writer, 0, [[row(1, 0), row(2, -0)]], fields);
      assert.deepEqual((await view.rows()).map(({ n }) => n), [2]); // prettier-ignore
      await publish(writer, 1, [[row(3, -0)], [row(4, 0)]], fields);
      const shown = await view.rows();
      assert.deepEqual(shown.map(({ n }) => n), [4]); // prettier-ignore
      assert.equal((await view.get(shown[0]!))?.['n'], 4);
      await writer.close();
    },
  },
  {
    name: 'an empty view has no rows',
    async run(subject) {
      const view = await subject.view(['id']);
      assert.deepEqual(await view.rows(), []);
      assert.equal(await view.get({ id: 'a' }), undefined);
      const writer = await view.sink.open(upsert());
      await publish(writer, 0, []);
      assert.deepEqual(await view.rows(), []);
      await writer.close();
    },
  },
  {
    name: 'rows of every kind come back bit for bit, also through another handle',
    async run(subject) {
      const { fields }: Schema = schema({
        id: utf8, i: int32, l: int64, f: float64, d: decimal(38, 2), b: bool, t: timestamp, y: binary,
        xs: list(nullable(struct({ a: nullable(int32), s: utf8 }))), o: nullable(utf8),
      }); // prettier-ignore
      const full = { id: '😀é', i: -(2 ** 31), l: -(2n ** 63n), f: -0, d: '-999999999999999999999999999999999999.99', b: true, t: new Date(-1), y: new Uint8Array([0, 255]), xs: [null, { a: null, s: '' }, { a: 7, s: 'x' }], o: null }; // prettier-ignore
      const other = { ...full, id: '', l: 2n ** 63n - 1n, f: NaN, d: '0.01', b: false, t: new Date(8.64e15), y: new Uint8Array(0), xs: [], o: 'o' }; // prettier-ignore
      const view = await subject.view(['id']);
      const writer = await view.sink.open(upsert({ schema: { fields } }));
      await publish(writer, 0, [[full, other].map((row, offset) => ({ time: offset, offset, row }))], fields);
      await writer.close();
      const again = await (await view.again()).open(upsert({ schema: { fields }, restored: 0 }));
      const rows = [...(await view.rows())].sort((a, b) => String(b['id']).length - String(a['id']).length);
      assert.deepEqual(rows, [full, other]);
      assert.ok(Object.is(rows[0]!.f, -0));
      await again.close();
    },
  },
  {
    name: 'many checkpoints over few keys show the last of each, also after restarts',
    async run(subject) {
      const view = await subject.view(['id']);
      const expected: { [id: string]: number } = {};
      let writer = await view.sink.open(upsert());
      for (let checkpoint = 0; checkpoint < 60; checkpoint++) {
        const id = `k${(checkpoint * 7) % 11}`;
        expected[id] = checkpoint;
        const older = ranked(checkpoint - 20, checkpoint, `k${checkpoint % 11}`, -1);
        const rows = [ranked(checkpoint, checkpoint, id, checkpoint)];
        await publish(writer, checkpoint, expected[older.row['id'] as string] === undefined ? [rows] : [rows, [older]]);
        if (checkpoint % 13 !== 12) continue;
        writer = await (await view.again()).open(upsert({ restored: checkpoint }));
      }
      const shown = await byId(view);
      for (const [id, n] of Object.entries(expected)) if (n >= 40) assert.equal(shown[id], n);
      assert.equal(Object.keys(shown).length, 11);
      await writer.close();
    },
  },
  {
    name: 'a schema without the key, and another schema under the same lineage, are refused',
    async run(subject) {
      const view = await subject.view(['id']);
      const { fields } = schema({ n: int32 });
      await assert.rejects(view.sink.open(upsert({ schema: { fields } })), { code: 'MILLRACE_FIELD_MISSING' });
      const writer = await view.sink.open(upsert());
      await publish(writer, 0, [[ranked(0, 0, 'a', 1)]]);
      await writer.close();
      const changed = schema({ id: utf8, n: utf8 }).fields;
      const reopened = view.sink.open(upsert({ schema: { fields: changed }, restored: 0 }));
      await assert.rejects(reopened, { code: 'MILLRACE_SINK_UNFIT' });
    },
  },
  {
    name: 'it says whether it takes early rows, as its writer does',
    async run(subject) {
      const view = await subject.view(['id']);
      const writer = await view.sink.open(upsert());
      assert.equal(writer.writeEarly !== undefined, view.sink.early === true);
      await writer.close();
    },
  },
  {
    name: 'rows without event time are refused',
    async run(subject) {
      const view = await subject.view(['id']);
      const writer = await view.sink.open(upsert());
      const batch = { ...batchOf([ranked(0, 0, 'a', 1)]), time: undefined };
      assert.throws(() => writer.write(batch), { code: 'MILLRACE_SINK_UNFIT' });
      await writer.close();
    },
  },
];
