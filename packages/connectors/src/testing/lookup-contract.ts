import assert from 'node:assert/strict';
import { bool, decimal, fieldsText, int32, int64, nullable, schema, timestamp, utf8, type LookupView } from '@millrace/core'; // prettier-ignore
import type { Sink } from '@millrace/core/connector';
import { runContract, type ContractCase, type Contracted, type Disposable, type TestRunner } from './contract.js';
import { batchOf, contextOf } from './sink-rows.js';

/** An empty view under test, by the key that it is made with: what is written by the sink is asked for by look-ups. */
export interface LookupSubject extends Disposable {
  readonly view: (
    key: readonly string[],
  ) => Promise<{ readonly sink: Sink<never, never>; readonly lookup: LookupView }>;
}

/** Holds a view that look-up joins can ask to what they ask of it. */
export function lookupContract(runner: TestRunner, contracted: Contracted<LookupSubject>): void {
  runContract(runner, 'lookup', lookupCases, contracted);
}

const { fields } = schema({
  id: int32,
  at: timestamp,
  name: utf8,
  big: nullable(int64),
  fare: decimal(9, 2),
  on: bool,
});
const row = (id: number, at: number, changes: object = {}): { readonly [field: string]: unknown } => ({ id, at: new Date(at), name: `n${id}`, big: 2n ** 60n, fare: '1.50', on: true, ...changes }); // prettier-ignore

async function shown(sink: Sink<never, never>, rows: readonly { readonly [field: string]: unknown }[]): Promise<void> {
  const writer = await sink.open(contextOf({ schema: { fields }, mode: 'upsert' }));
  const ranked = rows.map((each, offset) => ({ time: offset, offset, row: each }));
  writer.write(batchOf(ranked, fields));
  writer.seal(0);
  await writer.publish({ checkpoint: 0, staged: await writer.stage(0), final: false });
  await writer.close();
}

/** The promises of a view that can be asked. */
export const lookupCases: readonly ContractCase<LookupSubject>[] = [
  {
    name: 'says its key, and the types of its rows once there is something to show',
    async run(subject) {
      const { sink, lookup } = await subject.view(['id']);
      assert.deepEqual(lookup.key, ['id']);
      assert.equal(await lookup.fields(), undefined);
      await shown(sink, [row(1, 0)]);
      assert.equal(fieldsText((await lookup.fields())!), fieldsText(fields));
    },
  },
  {
    name: 'gives a row for each key, in their order, also for one that is asked twice; undefined where there is none',
    async run(subject) {
      const { sink, lookup } = await subject.view(['id']);
      assert.deepEqual(await lookup.getMany([{ id: 1 }, { id: 2 }]), [undefined, undefined]);
      await shown(sink, [row(1, 0), row(2, 5, { big: null, on: false })]);
      const found = await lookup.getMany([{ id: 2 }, { id: 3 }, { id: 1 }, { id: 2 }]);
      const second = row(2, 5, { big: null, on: false });
      assert.deepEqual(found, [second, undefined, row(1, 0), second]);
      assert.deepEqual(await lookup.getMany([]), []);
    },
  },
  {
    name: 'finds a key of several fields by their values, as rows hold them',
    async run(subject) {
      const { sink, lookup } = await subject.view(['at', 'name', 'id']);
      await shown(sink, [row(1, 60_000), row(1, 0), row(2, 0, { name: '😀' })]);
      const key = (id: number, at: number, name: string): object => ({ id, at: new Date(at), name });
      const found = await lookup.getMany([key(1, 0, 'n1'), key(2, 0, '😀'), key(1, 1, 'n1'), key(1, 60_000, 'n1')] as never); // prettier-ignore
      assert.deepEqual(found, [row(1, 0), row(2, 0, { name: '😀' }), undefined, row(1, 60_000)]);
    },
  },
  {
    name: 'finds more keys than one question holds',
    async run(subject) {
      const { sink, lookup } = await subject.view(['id']);
      const rows = Array.from({ length: 5000 }, (_, id) => row(id, id));
      await shown(sink, rows);
      const found = await lookup.getMany(Array.from({ length: 7000 }, (_, id) => ({ id })));
      assert.deepEqual(found.slice(0, 5000), rows);
      assert.ok(found.length === 7000 && found.slice(5000).every((each) => each === undefined));
    },
  },
];
