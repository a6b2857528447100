import type { AddFile } from '../delta/actions.js';
import { type TableFolder, unreadable } from '../delta/table-folder.js';

// Beside the table, in a folder that readers of Delta do not look into, stands what its log does not say:
//
//   _millrace/<lineage>-<part>/<checkpoint>.json      the files of a checkpoint that is published aside, for a swap; with
//                                                     no files, a checkpoint that had no rows and needed no commit

/** What was published without a commit, by checkpoint. */
export interface Stages {
  /** Keeps the files of a checkpoint. The same again changes nothing. */
  keep(checkpoint: number, files: readonly AddFile[]): Promise<void>;
  /** The checkpoints that are kept, ascending. */
  kept(): Promise<readonly number[]>;
  /** The files of all kept checkpoints up to `checkpoint`. */
  files(checkpoint: number): Promise<readonly AddFile[]>;
  /** Forgets the checkpoints up to `checkpoint`. */
  forget(checkpoint: number): Promise<void>;
}

/** The stages of one part of a lineage: an output, or one domain's rows of it. */
export function stages(table: TableFolder, lineage: string, part: string): Stages {
  const { store } = table;
  const prefix = `${table.prefix}_millrace/${encodeURIComponent(`${lineage}-${part}`)}/`;
  const keyOf = (checkpoint: number): string => `${prefix}${String(checkpoint).padStart(12, '0')}.json`;

  const kept = async (): Promise<number[]> => {
    const numbers: number[] = [];
    for await (const { key } of store.list(prefix)) numbers.push(Number.parseInt(key.slice(prefix.length), 10));
    return numbers;
  };
  return {
    keep: (checkpoint, files) => store.put(keyOf(checkpoint), new TextEncoder().encode(JSON.stringify(files))),
    kept,
    async files(checkpoint) {
      const numbers = (await kept()).filter((number) => number <= checkpoint);
      const lists = numbers.map(async (number): Promise<AddFile[]> => {
        const bytes = await store.get(keyOf(number));
        if (bytes === undefined) throw unreadable(table, `${keyOf(number)}, which names staged files, is gone`);
        return JSON.parse(new TextDecoder().decode(bytes)) as AddFile[];
      });
      return (await Promise.all(lists)).flat();
    },
    async forget(checkpoint) {
      for (const number of await kept()) if (number <= checkpoint) await store.delete(keyOf(number));
    },
  };
}
