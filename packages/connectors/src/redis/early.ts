import { setTimeout as sleep } from 'node:timers/promises';
import type { Batch, Logger } from '@millrace/core';
import { latestRows } from './latest-rows.js';
import type { Opened } from './opened.js';
import { textRows } from './row-text.js';
import { partRows, partUnits } from './stage.js';
import { sweepGarbage } from './sweep.js';

/** An owner's hand on the early rows of a view. Without effect once another one has them. */
export interface EarlyRows {
  /** Keeps the rows that are still to be sent, one per key, and sends them as soon as can be. */
  write(batch: Batch): void;
  /** Resolves when what was written can be seen, or was given up. */
  sent(): Promise<void>;
  /** Removes those with a time below `watermark`. */
  settle(watermark: number): Promise<void>;
  stop(): void;
}

/** The early rows of the holder `id`. */
export function earlyRowsOf({ server, head, context, key, label }: Opened, id: string): EarlyRows {
  const waiting = latestRows();
  let sending: Promise<void> | undefined;
  let stopped = false;
  let settled = -Infinity;

  async function send(): Promise<void> {
    while (waiting.size > 0 && !stopped) {
      const json = waiting.take(partRows, partUnits);
      await server.ask({ script: 'showEarly', key: head, args: [id, json] }).catch(givenUp(context.logger, label));
    }
    sending = undefined;
  }

  return {
    write(batch) {
      if (stopped) return;
      for (const row of textRows(batch, context.schema.fields, key)) waiting.add(row);
      sending ??= Promise.resolve().then(send);
    },
    sent: () => sending ?? Promise.resolve(),
    async settle(watermark) {
      // The server keeps it, and shows none below it any more.
      if (watermark <= settled) return;
      const args = [id, numberText(watermark), partRows];
      let more: unknown;
      do [more] = await server.ask({ script: 'settleEarly', key: head, args });
      while (more === 1);
      settled = watermark;
    },
    stop() {
      stopped = true;
      waiting.clear();
    },
  };
}

function givenUp(logger: Logger, sink: string): (error: unknown) => void {
  return (error) => logger.debug({ sink, error }, 'Early rows could not be shown.');
}

/** A number as Redis and Lua read it. */
function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? 'inf' : '-inf';
}

/** So long the end of a run waits for a server that says nothing. */
const farewellMs = 2000;

/** Takes the early rows of the holder `id` back, and says that it is gone. Once: a server that is away has no readers. */
export async function leave(opened: Opened, id: string): Promise<void> {
  const { server, head, context, label } = opened;
  const left = new AbortController();
  const farewell = async (): Promise<void> => {
    try {
      await server.attempt({ script: 'leave', key: head, args: [context.lineage, id] });
      await sweepGarbage(opened);
    } catch (error) {
      context.logger.debug({ sink: label, error }, 'Redis was not told of the end of the run.');
    }
  };
  const patience = sleep(farewellMs, undefined, { signal: left.signal }).catch(() => undefined);
  await Promise.race([farewell(), patience]);
  left.abort();
}
