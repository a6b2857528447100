import type { Publication } from '@millrace/core/connector';
import type { Reply } from './connection.js';
import { busy, foreign, unfit } from './head.js';
import type { Opened } from './opened.js';
import { sweepGarbage } from './sweep.js';

/** What `Stage.finish` and `SinkWriter.stage` have left in the manifest. */
interface StagedParts {
  readonly stage: string;
  readonly parts: number;
}

/**
 * Makes one checkpoint visible, part by part, or adds it to what is built aside; `known` is the last one that this process
 * has seen there. A server that has less has lost what it had acknowledged.
 */
export async function publishStage(opened: Opened, known: number, publication: Publication): Promise<void> {
  const { server, head, context, key } = opened;
  const { checkpoint, staged, final } = publication;
  const { stage = '', parts = 0 } = (staged ?? {}) as Partial<StagedParts>;
  const fields = JSON.stringify(context.schema.fields);
  const { lineage, job, epoch, publish } = context;
  const own = [lineage, opened.part, job, epoch];
  for (;;) {
    const args = [...own, checkpoint, known, stage, parts, fields, JSON.stringify(key), publish];
    const [reply] = await server.ask({ script: 'publish', key: head, args });
    const [state, ...details] = reply as readonly Reply[];
    if (state === 'foreign') throw foreign(opened, details[0], details[1]);
    if (state === 'lost') throw lost(opened, details[0], known);
    if (state === 'missing') throw lost(opened, checkpoint - 1, checkpoint);
    // Who was overtaken has nothing to say: the one that came after it shows what is committed.
    if (state === 'overtaken') return;
    if (state !== 'more') break;
  }
  if (final && publish === 'replace') await swap(opened, checkpoint, fields);
}

async function swap(opened: Opened, checkpoint: number, fields: string): Promise<void> {
  const { server, head, context, key } = opened;
  const { lineage, job, epoch } = context;
  const args = [lineage, job, epoch, checkpoint, fields, JSON.stringify(key)];
  const [reply] = await server.ask({ script: 'swap', key: head, args });
  const [state, detail] = reply as readonly Reply[];
  if (state === 'busy') throw busy(opened, detail as string);
  if (state === 'lost') throw lost(opened, detail, checkpoint);
  await sweepGarbage(opened);
}

function lost(opened: Opened, shown: Reply, known: number): Error {
  const has = Number(shown) < 0 ? 'nothing' : `checkpoint ${Number(shown)}`;
  return unfit(
    opened,
    `its server has lost what it had acknowledged: it has ${has} of this history, and had checkpoint ${known}`,
    "Build the view again by a replay with publish: 'replace', and let Redis keep an append-only file.",
  );
}
