import { rowsOf } from '../batch/rows.js';
import { need, requireArguments } from '../error/arguments.js';
import type { Sink } from '../connector/sink.js';

/** A row as a test reads it. */
export type TestRow = { readonly [field: string]: unknown };

/** A sink that keeps rows as the real ones do: staged, then published, and once. It survives the crashes of runs. */
export interface TestSink extends Sink<never> {
  /** The visible rows, in the order in which they became visible; of an upsert flow, all versions. */
  readonly rows: readonly TestRow[];
  /** The early rows, in the order in which they came. */
  readonly earlyRows: readonly TestRow[];
  readonly early: true;
  /** The highest number that was published; −1 before. */
  readonly published: number;
}

/** A sink for tests. `label` names it in messages. */
export function testSink(name: string): TestSink {
  requireArguments('testSink', "testSink('pins')", [['name', name, need.text]]);
  const rows: TestRow[] = [];
  const earlyRows: TestRow[] = [];
  let published = -1;
  // By checkpoint: what was made durable, and maybe never committed. A later stage of the same number replaces it.
  const durable = new Map<number, readonly TestRow[]>();
  return {
    name,
    label: `test sink "${name}"`,
    modes: ['append', 'upsert'],
    key: undefined,
    early: true,
    get earlyRows() {
      return earlyRows;
    },
    get rows() {
      return rows;
    },
    get published() {
      return published;
    },
    open: async ({ schema }) => {
      let open: TestRow[] = [];
      const sealed = new Map<number, readonly TestRow[]>();
      return {
        published: async () => published,
        write: (batch) => open.push(...(rowsOf(schema.fields, batch) as TestRow[])),
        writeEarly: (batch) => earlyRows.push(...(rowsOf(schema.fields, batch) as TestRow[])),
        room: () => undefined,
        seal(checkpoint) {
          sealed.set(checkpoint, open);
          open = [];
        },
        async stage(checkpoint) {
          const stage = sealed.get(checkpoint) ?? [];
          sealed.delete(checkpoint);
          durable.set(checkpoint, stage);
          return stage.length === 0 ? null : { rows: stage.length };
        },
        async publish({ checkpoint, staged }) {
          if (checkpoint <= published) return;
          if (staged !== null) rows.push(...(durable.get(checkpoint) ?? []));
          published = checkpoint;
        },
        close: async () => undefined,
      };
    },
  };
}
