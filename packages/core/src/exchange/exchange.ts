import type { Subject } from 'rxjs';
import { rowCount, selectedRows, type Batch } from '../batch/batch.js';
import { takeBatch } from '../batch/take.js';
import type { Signal } from '../flow/signal.js';
import type { PlanNode } from '../plan/node.js';
import { shardsOf } from './shards.js';

/**
 * The running form of an exchange between the tasks of one process: every task sends into it, and every task receives
 * from it what falls into its shards (shard mod tasks). Nothing is delivered by a nested call: signals wait in a queue
 * per receiving task until the driver drains them, so a queue holds at most what one pull made.
 */
export interface Exchange {
  send(signal: Signal, fromTask: number): void;
  /** Delivers what waits. Returns whether anything was delivered. */
  drain(): boolean;
}

/** An exchange for the node `node`, whose receivers are `outputs`, one per task. */
export function exchange(node: PlanNode, outputs: readonly Subject<Signal>[]): Exchange {
  const tasks = outputs.length;
  const fields = node.grouping!.fields;
  const queues: { signal: Signal; fromTask: number }[][] = outputs.map(() => []);
  // Per receiver the watermark of every sender: what comes out is their minimum.
  const watermarks = outputs.map(() => new Float64Array(tasks).fill(-Infinity));
  const passedOn = new Float64Array(tasks).fill(-Infinity);

  function deliver(signal: Signal, fromTask: number, toTask: number): void {
    if (signal.kind !== 'watermark') return outputs[toTask]!.next(signal);
    const known = watermarks[toTask]!;
    known[fromTask] = signal.time;
    const time = known.reduce((least, each) => Math.min(least, each), Infinity);
    if (time <= passedOn[toTask]!) return;
    passedOn[toTask] = time;
    outputs[toTask]!.next({ kind: 'watermark', time });
  }

  return {
    send(signal, fromTask) {
      if (signal.kind === 'batch') {
        split(signal.batch, fields, node, tasks).forEach((batch, toTask) => {
          if (batch !== undefined) queues[toTask]!.push({ signal: { kind: 'batch', batch }, fromTask });
        });
      } else if (signal.kind !== 'early') {
        // Early rows end here: what is behind an exchange has state, which they must not reach.
        for (const queue of queues) queue.push({ signal, fromTask });
      }
    },
    drain() {
      let delivered = false;
      queues.forEach((queue, toTask) => {
        for (const { signal, fromTask } of queue.splice(0)) {
          deliver(signal, fromTask, toTask);
          delivered = true;
        }
      });
      return delivered;
    },
  };
}

function split(batch: Batch, fields: readonly string[], node: PlanNode, tasks: number): (Batch | undefined)[] {
  const group = shardsOf(batch, fields, node.schema);
  const regrouped = { ...batch, group };
  if (tasks === 1) return [regrouped];
  const rows = selectedRows(batch);
  const counts = new Int32Array(tasks);
  for (let i = 0; i < rows.length; i++) counts[group[rows[i]!]! % tasks]!++;
  const parts = Array.from(counts, (count) => new Int32Array(count));
  const filled = new Int32Array(tasks);
  for (let i = 0; i < rows.length; i++) {
    const to = group[rows[i]!]! % tasks;
    parts[to]![filled[to]!++] = rows[i]!;
  }
  return parts.map((part) => {
    if (part.length === 0) return undefined;
    return part.length === rowCount(batch) ? regrouped : takeBatch(regrouped, part);
  });
}
