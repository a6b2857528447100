import { randomUUID } from 'node:crypto';
import type { Batch } from '@millrace/core';
import { sendingQueue } from '../staging/sending-queue.js';
import { latestRows } from './latest-rows.js';
import { textRows } from './row-text.js';
import type { Opened } from './opened.js';

// A stage goes to the server while it is written, in parts, each of which one script will show: so that a long checkpoint
// takes no more memory here than a short one, and a large one does not keep the server from others.

/** What one script is given, in rows and in UTF-16 units: a few milliseconds of the server. */
export const partRows = 250;
export const partUnits = 262_144;

const unsentUnitsMax = 4 * 1024 * 1024;

/** The rows of one checkpoint, on their way to the server. */
export interface Stage {
  readonly id: string;
  /** Keeps the rows of a batch, and sends them when there are enough. */
  add(batch: Batch): void;
  /** Undefined while there is room; rejects where the server stays away. */
  room(): Promise<void> | undefined;
  /** Sends what is left, and resolves to the number of parts that were sent; rejects where any could not be. */
  finish(): Promise<number>;
}

/** A new stage of a checkpoint. */
export function stageOf({ server, head, context, part, key }: Opened, checkpoint: number): Stage {
  const id = randomUUID();
  const waiting = latestRows();
  let parts = 0;
  const queue = sendingQueue(unsentUnitsMax);

  function send(): void {
    const json = waiting.take(partRows, partUnits);
    const args = [context.lineage, part, context.epoch, id, checkpoint, parts++, json];
    queue.add(json.length, () => server.ask({ script: 'stage', key: head, args }));
  }

  return {
    id,
    add(batch) {
      for (const row of textRows(batch, context.schema.fields, key)) {
        waiting.add(row);
        if (waiting.size >= partRows || waiting.units >= partUnits) send();
      }
    },
    room: () => queue.room(),
    async finish() {
      while (waiting.size > 0) send();
      await queue.sent();
      return parts;
    },
  };
}
