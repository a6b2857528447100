import { expect, test } from 'vitest';
import { rowCount, select, selectedRows, type Batch } from '../batch/batch.js';
import { columnOf } from '../batch/build.js';
import type { Int32Column } from '../batch/column.js';
import { groupedBy } from '../exchange/grouped-by.js';
import type { Flow } from '../flow/flow.js';
import type { OperatorContext, OperatorHooks } from '../flow/hooks.js';
import { operate } from '../flow/operate.js';
import { int32, utf8 } from '../schema/column-type.js';
import { schema } from '../schema/schema.js';
import type { StateTables } from '../state/table.js';
import type { TestRecord } from './test-source.js';
import { verify } from './verify.js';

// Operators that break a law on purpose, one each. If `verify` lets one of them pass, it tests nothing.

const Event = schema({ k: utf8, n: int32 });
type EventFields = typeof Event.fields;

const records = [0, 1, 2].map((partition) =>
  Array.from({ length: 40 }, (_, i): TestRecord[] => [
    // So that every history has a checkpoint in the middle.
    ...(i === 20 ? [{ pauseMs: 3000 }] : []),
    JSON.stringify({ k: `k${(i * 5 + partition) % 7}`, n: i }),
  ]).flat(),
);

/** An operator that numbers the rows of each key from 1: right only if its state survives, whole and once. */
function numbering(flow: Flow<EventFields>, break_: Partial<Breaks> = {}): Flow<EventFields> {
  return operate<EventFields, 'append'>(groupedBy(flow, ['k']), {
    operator: 'numbering',
    schema: Event,
    sourceOrdered: false,
    state: { name: undefined, format: 'numbering' },
    create: (context) => numberingHooks(context, break_),
    reference:
      async () =>
      ([rows]) => {
        const counts = new Map<unknown, number>();
        const numbered = rows!.map((each) => {
          const n = (counts.get(each.row['k']) ?? 0) + 1;
          counts.set(each.row['k'], n);
          return { ...each, row: { k: each.row['k'], n } };
        });
        const ledger = {
          in: rows!.length,
          taken: rows!.length,
          late: 0,
          duplicate: 0,
          rejected: 0,
          filtered: 0,
          pending: 0,
        };
        return { rows: numbered, late: [], rejected: [], ledger };
      },
  });
}

interface Breaks {
  readonly afterSnapshot: (counts: Map<string, number>) => void;
  readonly restore: (tables: StateTables) => StateTables | undefined;
}

function numberingHooks(context: OperatorContext, { afterSnapshot, restore }: Partial<Breaks>): OperatorHooks {
  const counts = new Map<string, number>();
  const groups = new Map<string, number>();
  return {
    batch(batch) {
      const names = batch.columns['k']!;
      const rows = selectedRows(batch);
      const numbers = new Int32Array(batch.length);
      for (const row of rows) {
        const key = keyAt(names, row);
        const n = (counts.get(key) ?? 0) + 1;
        counts.set(key, n);
        groups.set(key, batch.group[row]!);
        numbers[row] = n;
      }
      context.ledger.taken += rows.length;
      context.emit({
        ...batch,
        columns: { ...batch.columns, n: { layout: 'int32', values: numbers, validity: undefined } },
      });
    },
    snapshot() {
      const keys = [...counts.keys()];
      const columns = {
        key: columnOf(utf8, keys),
        count: columnOf(int32, [...counts.values()]),
        group: columnOf(
          int32,
          keys.map((key) => groups.get(key)),
        ),
      };
      afterSnapshot?.(counts);
      return { counts: { fields: { key: utf8, count: int32, group: int32 }, length: keys.length, columns } };
    },
    restore(tables) {
      const { counts: table } = (restore === undefined ? tables : restore(tables)) ?? {};
      if (table === undefined) return;
      const numbers = (table.columns['count'] as Int32Column).values;
      const group = (table.columns['group'] as Int32Column).values;
      for (let row = 0; row < table.length; row++) {
        const key = keyAt(table.columns['key']!, row);
        counts.set(key, numbers[row]!);
        groups.set(key, group[row]!);
      }
    },
  };
}

const decoder = new TextDecoder();

function keyAt(column: Batch['columns'][string], row: number): string {
  const text = column.layout === 'dictionary' ? column.dictionary : column;
  const at = column.layout === 'dictionary' ? column.codes[row]! : row;
  if (text.layout !== 'bytes') throw new Error(`a key in the layout ${text.layout}`);
  return decoder.decode(text.bytes.subarray(text.offsets[at], text.offsets[at + 1]));
}

function passing(flow: Flow<EventFields>, batch: (batch: Batch, context: OperatorContext) => void): Flow<EventFields> {
  return operate<EventFields, 'append'>(flow, {
    operator: 'broken',
    schema: Event,
    create: (context) => ({ batch: (each) => batch(each, context) }),
  });
}

const pass = (batch: Batch, context: OperatorContext): void => {
  context.ledger.taken += rowCount(batch);
  context.emit(batch);
};
const run = (graph: (events: Flow<EventFields>) => Flow<EventFields>): Promise<unknown> =>
  verify({ inputs: Event, graph: (events) => ({ out: graph(events) }), records, histories: 16 });

test('the canary that breaks nothing passes', async () => {
  await run((events) => numbering(events));
});

test('law 2: caught: a result that depends on where a batch ends', async () => {
  const broken = (events: Flow<EventFields>) =>
    passing(events, (batch, context) => {
      const rows = selectedRows(batch);
      context.ledger.taken += rows.length - 1;
      context.ledger.filtered += 1;
      context.emit(select(batch, rows.subarray(1)));
    });
  await expect(run(broken)).rejects.toThrow('MILLRACE_SEED');
});

test('law 2: caught: a result that depends on the task', async () => {
  const broken = (events: Flow<EventFields>) =>
    passing(events, (batch, context) => {
      const values = new Int32Array(batch.length).fill(context.task);
      context.ledger.taken += rowCount(batch);
      context.emit({ ...batch, columns: { ...batch.columns, n: { layout: 'int32', values, validity: undefined } } });
    });
  await expect(run(broken)).rejects.toThrow('MILLRACE_SEED');
});

test('law 2: caught: a result that depends on how partitions interleave', async () => {
  let number = 0;
  const broken = (events: Flow<EventFields>) =>
    passing(events, (batch, context) => {
      const values = Int32Array.from({ length: batch.length }, () => number++);
      context.ledger.taken += rowCount(batch);
      context.emit({ ...batch, columns: { ...batch.columns, n: { layout: 'int32', values, validity: undefined } } });
    });
  await expect(run(broken)).rejects.toThrow('MILLRACE_SEED');
});

test('law 3: caught: a record that is dropped without being counted', async () => {
  const broken = (events: Flow<EventFields>) =>
    passing(events, (batch, context) => {
      const rows = selectedRows(batch);
      const { values } = batch.columns['n'] as Int32Column;
      context.ledger.taken += rows.length;
      context.emit(
        select(
          batch,
          rows.filter((row) => values[row] !== 7),
        ),
      );
    });
  await expect(run(broken)).rejects.toThrow('passes nothing on');
});

test('law 3: caught: a record that is counted as nothing', async () => {
  const broken = (events: Flow<EventFields>) =>
    passing(events, (batch, context) => {
      pass(batch, context);
      context.ledger.taken -= 1;
    });
  await expect(run(broken)).rejects.toThrow('MILLRACE_SEED');
});

test('law 4: caught: a row that comes again with every restart', async () => {
  const broken = (events: Flow<EventFields>) =>
    operate<EventFields, 'append'>(events, {
      operator: 'broken',
      schema: Event,
      state: { name: undefined, format: 'broken' },
      create: (context) => {
        let again: Batch | undefined;
        let restored = false;
        return {
          batch(batch) {
            pass(batch, context);
            if (restored && again === undefined) context.emit(batch);
            again = batch;
          },
          snapshot: () => ({
            nothing: { fields: { group: int32 }, length: 0, columns: { group: columnOf(int32, []) } },
          }),
          restore() {
            restored = true;
          },
        };
      },
    });
  await expect(run(broken)).rejects.toThrow('too much');
});

test('law 5: caught: a snapshot that loses a row', async () => {
  const half = (tables: StateTables): StateTables => ({
    counts: { ...tables['counts']!, length: Math.max(0, tables['counts']!.length - 1) },
  });
  await expect(run((events) => numbering(events, { restore: half }))).rejects.toThrow('MILLRACE_SEED');
});

test('law 10: caught: state that is not found again', async () => {
  await expect(run((events) => numbering(events, { restore: () => undefined }))).rejects.toThrow('MILLRACE_SEED');
});

test('law 5: caught: a snapshot that changes what goes on after it', async () => {
  const forget = (counts: Map<string, number>): void => counts.clear();
  await expect(run((events) => numbering(events, { afterSnapshot: forget }))).rejects.toThrow('MILLRACE_SEED');
});
