import { randomUUID } from 'node:crypto';
import { millraceError, type Batch } from '@millrace/core';
import type { SinkContext, SinkWriter, Staged } from '@millrace/core/connector';
import { earlyRowsOf, leave, type EarlyRows } from './early.js';
import { requireFitServer } from './fitness.js';
import { enter, look, progressOf, publishedOf, requireFit, unfit } from './head.js';
import { rankField } from './keys.js';
import type { Opened } from './opened.js';
import { publishStage } from './publish.js';
import type { Server } from './server.js';
import { stageOf, type Stage } from './stage.js';
import { sweepGarbage } from './sweep.js';

/** A view before it is opened. */
export interface Target {
  readonly label: string;
  readonly head: string;
  readonly key: readonly string[];
  readonly connect: (context: SinkContext) => Server;
  /** Told of early rows that are shown from here, so that who reads through the same handle sees them. */
  readonly shows: (early: EarlyRows) => { readonly end: () => void };
}

/** An owner that is not heard of for so long is taken for dead. */
const holdMs = 20_000;
const renewMs = 5000;

/** Opens a view for the job of `context`. */
export async function openSink(target: Target, context: SinkContext): Promise<SinkWriter> {
  const { label, head, key } = target;
  requireFields(target, context);
  const server = target.connect(context);
  const { lineage, domain, restored, epoch } = context;
  const part = domain === undefined ? lineage : `${lineage}/${domain}`;
  const opened: Opened = { server, label, head, key, context, part };
  try {
    await requireFitServer(opened);
    const found = await enter(opened);
    requireFit(opened, found);
    const id = randomUUID();
    const fields = showsEarly(context) ? JSON.stringify(context.schema.fields) : '';
    await server.ask(
      { script: 'forget', key: head, args: [lineage, part, restored, epoch] },
      { script: 'hold', key: head, args: [lineage, epoch, id, holdMs, fields] },
    );
    await sweepGarbage(opened);
    return writer(target, opened, id, publishedOf(progressOf(opened, found)));
  } catch (error) {
    server.close();
    throw error;
  }
}

function writer(target: Target, opened: Opened, id: string, published: number): SinkWriter {
  const { server, head, context } = opened;
  let known = published;
  let current = stageOf(opened, context.restored + 1);
  const sealed = new Map<number, Stage>();
  const watermarks = new Map<number, number>();
  const early = showsEarly(context) ? earlyRowsOf(opened, id) : undefined;
  const shown = early && target.shows(early);
  const renewing = setInterval(() => {
    // One that is not answered is followed by the next.
    server.attempt({ script: 'renew', key: head, args: [context.lineage, id, holdMs] }).catch(() => undefined);
  }, renewMs);
  return {
    published: async () => publishedOf(progressOf(opened, await look(opened))),
    write(batch) {
      requireTime(opened, batch);
      current.add(batch);
    },
    writeEarly: (batch) => early?.write(batch),
    room: () => current.room(),
    seal(checkpoint, watermark = -Infinity) {
      sealed.set(checkpoint, current);
      watermarks.set(checkpoint, watermark);
      current = stageOf(opened, checkpoint + 1);
    },
    async stage(checkpoint): Promise<Staged> {
      const stage = sealed.get(checkpoint)!;
      sealed.delete(checkpoint);
      const parts = await stage.finish();
      return parts === 0 ? null : { stage: stage.id, parts };
    },
    async publish(publication) {
      const { checkpoint } = publication;
      await publishStage(opened, Math.min(known, checkpoint - 1), publication);
      known = Math.max(known, checkpoint);
      const watermark = watermarks.get(checkpoint) ?? -Infinity;
      watermarks.delete(checkpoint);
      // Not before their finals can be seen.
      await early?.settle(watermark);
    },
    async close() {
      clearInterval(renewing);
      early?.stop();
      shown?.end();
      await leave(opened, id);
      server.close();
    },
  };
}

/** What is built aside is not to be seen; and of a view there is one layer of early rows, with one owner. */
function showsEarly({ publish, domain }: SinkContext): boolean {
  return publish === 'append' && domain === undefined;
}

function requireFields({ label, key }: Target, { schema }: SinkContext): void {
  const fields = Object.keys(schema.fields);
  const missing = key.find((field) => !fields.includes(field));
  if (missing !== undefined) {
    throw millraceError('MILLRACE_FIELD_MISSING', { operator: label, uses: 'has the key', field: missing, fields });
  }
  if (!fields.includes(rankField)) return;
  throw millraceError('MILLRACE_FIELD_COLLISION', { operator: label, field: rankField, with: 'what ranks its rows' });
}

function requireTime(opened: Opened, batch: Batch): void {
  if (batch.time !== undefined) return;
  const problem = 'it keeps the latest row per key, and the rows have no event time';
  throw unfit(opened, problem, "Put eventTime('<field>', { maxOutOfOrderness: '5s' }) into the graph.");
}
