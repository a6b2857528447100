import { rowCount, selectedRows, type Batch } from '../batch/batch.js';
import { grown } from '../batch/grow.js';
import { encodeKeys } from '../batch/keys.js';
import type { BytesColumn, Int32Column } from '../batch/column.js';
import type { SinkWriter } from '../connector/sink.js';
import { digestOf, type DigestValue } from '../digest/digest.js';
import { rowHashes } from '../digest/row-hashes.js';
import type { Signal } from '../flow/signal.js';
import { withoutFailing } from '../graph/early-pass.js';
import type { Logger } from '../metrics/logger.js';
import type { PlanNode } from '../plan/node.js';
import { binary, int32 } from '../schema/column-type.js';
import { KeyTable } from '../state/key-table.js';
import type { StateTables } from '../state/table.js';

/** One output of a run: counts and digests its rows, and hands them to its sink. */
export interface OutputWriter {
  readonly output: string;
  readonly node: PlanNode;
  readonly writer: SinkWriter;
  /** A signal of its flow in one task. */
  receive(signal: Signal, task: number): void;
  /** Cuts the stage of a checkpoint; `tasks` is how many there are. */
  seal(checkpoint: number, tasks: number): void;
  value(): DigestValue;
  /** For an upsert flow: the hash of the last row per key, without which the digest could not go on. */
  snapshot(): StateTables;
  restore(value: DigestValue, tables: StateTables | undefined): void;
  /** The watermark that has come to it, over the tasks. */
  readonly watermark: number;
  /** The rows that were written since the last cut. */
  readonly unsealedRows: number;
}

/** The output `output`, whose rows are those of `node`. */
export function outputWriter(output: string, node: PlanNode, writer: SinkWriter, logger: Logger): OutputWriter {
  const attemptEarly = withoutFailing(output, logger);
  const watermarks = new Map<number, number>();
  const digest = digestOf(node.schema);
  const last = node.mode === 'upsert' ? lastHashes(node) : undefined;
  let unsealedRows = 0;
  const write = (batch: Batch): void => {
    const hashes = rowHashes(batch, node.schema);
    if (last !== undefined) digest.removeHashes(last.replace(batch, hashes));
    digest.addHashes(hashes);
    unsealedRows += rowCount(batch);
    writer.write(batch);
  };
  return {
    output,
    node,
    writer,
    get watermark() {
      return Math.max(-Infinity, ...watermarks.values());
    },
    get unsealedRows() {
      return unsealedRows;
    },
    receive(signal, task) {
      if (signal.kind === 'batch') write(signal.batch);
      else if (signal.kind === 'watermark') watermarks.set(task, signal.time);
      else if (signal.kind === 'early') attemptEarly(() => writer.writeEarly?.(signal.batch));
    },
    seal(checkpoint, tasks) {
      // The least: a task that has not spoken yet may have everything still to come.
      const watermark = watermarks.size < tasks ? -Infinity : Math.min(...watermarks.values());
      unsealedRows = 0;
      writer.seal(checkpoint, watermark);
    },
    value: () => digest.value(),
    snapshot: () => last?.snapshot() ?? {},
    restore(value, tables) {
      digest.merge(value);
      if (tables !== undefined) last?.restore(tables);
    },
  };
}

interface LastHashes {
  /** Keeps the hashes of these rows as the last of their keys; gives those that they replace. */
  replace(batch: Batch, hashes: Uint32Array): Uint32Array;
  snapshot(): StateTables;
  restore(tables: StateTables): void;
}

function lastHashes(node: PlanNode): LastHashes {
  const table = new KeyTable();
  // Four words by entry.
  let kept = new Int32Array(0);
  const keep = (keys: BytesColumn, rows: Int32Array, hashes: Uint32Array): Uint32Array => {
    const replaced = new Uint32Array(hashes.length);
    const entry = new Int32Array(1);
    let count = 0;
    // Row by row: one batch may hold a key twice.
    for (let i = 0; i < rows.length; i++) {
      const before = table.size;
      table.findOrInsert(keys, rows.subarray(i, i + 1), entry);
      kept = grown(kept, table.capacity * 4);
      const at = entry[0]! * 4;
      if (table.size === before) {
        replaced.set(kept.subarray(at, at + 4), count);
        count += 4;
      }
      kept.set(hashes.subarray(i * 4, i * 4 + 4), at);
    }
    return replaced.subarray(0, count);
  };

  return {
    replace: (batch, hashes) => keep(encodeKeys(batch, node.key!, node.schema), selectedRows(batch), hashes),
    snapshot() {
      const entries = table.entries();
      const lane = (at: number): Int32Column => ({
        layout: 'int32',
        values: Int32Array.from(entries, (entry) => kept[entry * 4 + at]!),
        validity: undefined,
      });
      const group: Int32Column = { layout: 'int32', values: new Int32Array(entries.length), validity: undefined };
      const columns = {
        key: table.keyColumn(entries),
        group,
        hash0: lane(0),
        hash1: lane(1),
        hash2: lane(2),
        hash3: lane(3),
      };
      const fields = { key: binary, group: int32, hash0: int32, hash1: int32, hash2: int32, hash3: int32 };
      return { last: { fields, length: entries.length, columns } };
    },
    restore({ last }) {
      if (last === undefined) return;
      const lanes = [0, 1, 2, 3].map((lane) => (last.columns[`hash${lane}`] as Int32Column).values);
      const hashes = new Uint32Array(last.length * 4);
      for (let row = 0; row < last.length; row++) lanes.forEach((lane, i) => (hashes[row * 4 + i] = lane[row]!));
      keep(
        last.columns['key'] as BytesColumn,
        Int32Array.from({ length: last.length }, (_, row) => row),
        hashes,
      );
    },
  };
}
