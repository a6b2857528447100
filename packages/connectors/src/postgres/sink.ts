import { fieldsText, millraceError, type Batch, type Logger } from '@millrace/core';
import type { Publication, SinkContext, SinkWriter, Staged } from '@millrace/core/connector';
import { isHeld, type Database, type Session } from './database.js';
import { addAside, asideOf, dropAside, dropPublished, dropUncommitted, own, ownerOf, placeOf, prepare, type Owner } from './records.js'; // prettier-ignore
import { requireShape, type Shape } from './shape.js';
import { showAside, showStage } from './show.js';
import { stageOf, type Stage } from './stage.js';

/** A table or view before it is opened. */
export interface Target extends Shape {
  readonly place: readonly unknown[];
  readonly connect: (label: string, logger: Logger) => Promise<Database>;
}

/** An open sink, and what it was opened for. */
interface Opened {
  readonly target: Target;
  readonly context: SinkContext;
  readonly place: string;
}

/** Opens a table or view for the job of `context`. */
export async function openSink(target: Target, context: SinkContext): Promise<SinkWriter> {
  const opened: Opened = { target, context, place: placeOf(target.relation) };
  const { restored, epoch } = context;
  const database = await target.connect(target.label, context.logger);
  try {
    await database.transaction((session) => open(session, opened));
    const hold = await database.hold(holdName(opened.place, context.lineage));
    return writer(opened, database, hold, restored + 1, epoch);
  } catch (error) {
    await database.close();
    throw error;
  }
}

type Hold = Awaited<ReturnType<Database['hold']>>;

function writer(opened: Opened, database: Database, hold: Hold, firstCheckpoint: number, epoch: number): SinkWriter {
  const { target, context, place } = opened;
  const stageFor = (checkpoint: number): Stage =>
    stageOf(database, { place, lineage: context.lineage, epoch, checkpoint, fields: context.schema.fields, key: target.key }); // prettier-ignore
  let current = stageFor(firstCheckpoint);
  const sealed = new Map<number, Stage>();
  return {
    published: () => database.transaction((session) => progress(session, opened)),
    write(batch) {
      if (target.key !== undefined) requireTime(opened, batch);
      current.add(batch);
    },
    room: () => current.room(),
    seal(checkpoint) {
      sealed.set(checkpoint, current);
      current = stageFor(checkpoint + 1);
    },
    async stage(checkpoint): Promise<Staged> {
      const stage = sealed.get(checkpoint)!;
      sealed.delete(checkpoint);
      return (await stage.finish()) === 0 ? null : { stage: stage.id };
    },
    async publish(publication) {
      await hold.ensure();
      await database.transaction((session) => publish(session, opened, publication));
    },
    async close() {
      hold.release();
      await database.close();
    },
  };
}

async function open(session: Session, opened: Opened): Promise<void> {
  const { target, context, place } = opened;
  await prepare(session);
  const owner = await ownerOf(session, place);
  await requireOwner(session, opened, owner);
  await requireShape(session, target, context);
  const fields = fieldsText(context.schema.fields);
  if (owner?.lineage === context.lineage && owner.fields !== fields) {
    throw unfit(opened, `it shows ${owner.fields}, and the output has ${fields}`, 'Give the sink another name.');
  }
  const published = await progress(session, opened);
  if (published > context.restored) {
    throw millraceError('MILLRACE_SINK_AHEAD', { sink: target.label, published, restored: context.restored });
  }
  await dropUncommitted(session, place, context.lineage, context.restored, context.epoch);
}

async function progress(session: Session, { context, place }: Opened): Promise<number> {
  const owner = await ownerOf(session, place);
  if (owner?.lineage === context.lineage) return owner.published;
  return context.publish === 'replace' ? ((await asideOf(session, place, context.lineage)) ?? -1) : -1;
}

/** Makes one checkpoint visible, or adds it to what is built aside. In one transaction: all of it, or nothing. */
async function publish(session: Session, opened: Opened, { checkpoint, staged, final }: Publication): Promise<void> {
  const { target, context, place } = opened;
  const { lineage, job } = context;
  const { fields } = context.schema;
  const shown = { relation: target.relation, fields, key: target.key };
  await lockPlace(session, place);
  const owner = await ownerOf(session, place);
  await requireOwner(session, opened, owner);
  const stage = staged === null ? undefined : (staged['stage'] as string);
  const isOwn = owner?.lineage === lineage;
  const owning: Owner = { lineage, job, published: checkpoint, fields: fieldsText(fields) };
  if (isOwn || context.publish === 'append') {
    if ((owner?.published ?? -1) >= checkpoint) return;
    if (stage !== undefined) await showStage(session, shown, place, stage);
    await own(session, place, owning);
    await dropPublished(session, place, lineage, checkpoint);
    return;
  }
  if (((await asideOf(session, place, lineage)) ?? -1) < checkpoint) {
    await addAside(session, place, lineage, checkpoint, stage);
  }
  if (!final) return;
  await showAside(session, shown, place, lineage);
  await own(session, place, owning);
  await dropAside(session, place, lineage);
}

// The first owner of a table has no row that could be locked.
async function lockPlace(session: Session, place: string): Promise<void> {
  await session.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 1))', [place]);
}

async function requireOwner(session: Session, opened: Opened, owner: Owner | undefined): Promise<void> {
  const { target, context, place } = opened;
  if (owner === undefined || owner.lineage === context.lineage) return;
  if (context.publish === 'append') {
    const text = `job "${owner.job}", lineage ${owner.lineage}`;
    throw millraceError('MILLRACE_LINEAGE_FOREIGN', { sink: target.label, owner: text, job: context.job });
  }
  if (!(await isHeld(session, holdName(place, owner.lineage)))) return;
  throw unfit(
    opened,
    `its owner, job "${owner.job}", is running`,
    `Stop job "${owner.job}" before its result is replaced.`,
  );
}

function holdName(place: string, lineage: string): string {
  return `millrace ${place} ${lineage}`;
}

function requireTime(opened: Opened, batch: Batch): void {
  if (batch.time !== undefined) return;
  const problem = 'it keeps the latest row per key, and the rows have no event time';
  throw unfit(opened, problem, "Put eventTime('<field>', { maxOutOfOrderness: '5s' }) into the graph.");
}

function unfit({ target, context }: Opened, problem: string, fix: string): Error {
  return millraceError('MILLRACE_SINK_UNFIT', { sink: target.label, output: context.output, problem, fix });
}
