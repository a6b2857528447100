import { fieldsText, millraceError, type Batch, type Logger } from '@millrace/core';
import type { Publication, SinkContext, SinkWriter, Staged } from '@millrace/core/connector';
import type { Database, Session } from './database.js';
import { addAside, asideOf, domainOf, dropAside, dropDomains, dropPublished, dropUncommitted, own, ownDomain, ownerOf, placeOf, prepare, type Owner } from './records.js'; // prettier-ignore
import { requireShape, type Shape } from './shape.js';
import { showAside, showStage, type Shown } from './show.js';
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
  /** Whose stages they are: the lineage's, or those of one part of it. */
  readonly stages: string;
}

/** Opens a table or view for the job of `context`. */
export async function openSink(target: Target, context: SinkContext): Promise<SinkWriter> {
  const { restored, epoch, lineage, domain } = context;
  const stages = domain === undefined ? lineage : `${lineage}/${domain}`;
  const opened: Opened = { target, context, place: placeOf(target.relation), stages };
  const database = await target.connect(target.label, context.logger);
  try {
    await database.transaction((session) => open(session, opened));
    const hold = await database.hold(holdName(opened.place, lineage));
    return writer(opened, database, hold, restored + 1, epoch);
  } catch (error) {
    await database.close();
    throw error;
  }
}

type Hold = Awaited<ReturnType<Database['hold']>>;

function writer(opened: Opened, database: Database, hold: Hold, firstCheckpoint: number, epoch: number): SinkWriter {
  const { target, context, place, stages } = opened;
  const stageFor = (checkpoint: number): Stage =>
    stageOf(database, { place, lineage: stages, epoch, checkpoint, fields: context.schema.fields, key: target.key }); // prettier-ignore
  let current = stageFor(firstCheckpoint);
  const sealed = new Map<number, Stage>();
  return {
    published: () => database.transaction(async (session) => progress(session, opened, await ownerOf(session, place))),
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
      await hold.release();
      await database.close();
    },
  };
}

async function open(session: Session, opened: Opened): Promise<void> {
  const { target, context, place, stages } = opened;
  await prepare(session);
  // Members of a group open it at once, and one makes the table.
  await lockPlace(session, place);
  const owner = await ownerOf(session, place);
  await requireOwner(session, opened, owner);
  await requireShape(session, target, context);
  const fields = fieldsText(context.schema.fields);
  if (owner?.lineage === context.lineage && owner.fields !== fields) {
    throw unfit(opened, `it shows ${owner.fields}, and the output has ${fields}`, 'Give the sink another name.');
  }
  const published = await progress(session, opened, owner);
  if (published > context.restored) {
    throw millraceError('MILLRACE_SINK_AHEAD', { sink: target.label, published, restored: context.restored });
  }
  await dropUncommitted(session, place, stages, context.restored, context.epoch);
}

async function progress(session: Session, { context, place }: Opened, owner: Owner | undefined): Promise<number> {
  const { lineage, domain } = context;
  if (owner?.lineage === lineage) {
    return domain === undefined ? owner.published : ((await domainOf(session, place, lineage, domain)) ?? -1);
  }
  return context.publish === 'replace' ? ((await asideOf(session, place, lineage)) ?? -1) : -1;
}

/** Makes one checkpoint visible, or adds it to what is built aside. In one transaction: all of it, or nothing. */
async function publish(session: Session, opened: Opened, publication: Publication): Promise<void> {
  const { context, place } = opened;
  await lockPlace(session, place);
  const owner = await ownerOf(session, place);
  await requireOwner(session, opened, owner);
  if (owner?.lineage === context.lineage || context.publish === 'append') {
    return publishInPlace(session, opened, publication, owner);
  }
  await publishAside(session, opened, publication);
}

async function publishInPlace(
  session: Session,
  opened: Opened,
  { checkpoint, staged }: Publication,
  owner: Owner | undefined,
): Promise<void> {
  const { context, place, stages } = opened;
  const { lineage, domain } = context;
  if ((await progress(session, opened, owner)) >= checkpoint) return;
  if (staged !== null) await showStage(session, shownIn(opened), place, staged['stage'] as string);
  // Of a lineage in parts each has a number of its own.
  const published = domain === undefined ? checkpoint : (owner?.published ?? -1);
  await own(session, place, owning(opened, published));
  if (domain !== undefined) await ownDomain(session, place, lineage, domain, checkpoint);
  await dropPublished(session, place, stages, checkpoint);
}

async function publishAside(
  session: Session,
  opened: Opened,
  { checkpoint, staged, final }: Publication,
): Promise<void> {
  const { context, place } = opened;
  const { lineage } = context;
  if (((await asideOf(session, place, lineage)) ?? -1) < checkpoint) {
    await addAside(session, place, lineage, checkpoint, staged === null ? undefined : (staged['stage'] as string));
  }
  if (!final) return;
  await showAside(session, shownIn(opened), place, lineage);
  await own(session, place, owning(opened, checkpoint));
  await dropAside(session, place, lineage);
  await dropDomains(session, place, lineage);
}

function shownIn({ target, context }: Opened): Shown {
  return { relation: target.relation, fields: context.schema.fields, key: target.key };
}

function owning({ context: { lineage, job, schema } }: Opened, published: number): Owner {
  return { lineage, job, published, fields: fieldsText(schema.fields) };
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
  if (!(await session.isHeld(holdName(place, owner.lineage)))) return;
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
