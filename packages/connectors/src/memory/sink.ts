import { fieldsText, millraceError, type Batch, type ObjectStore } from '@millrace/core';
import type { Publication, SinkContext, SinkWriter, Staged } from '@millrace/core/connector';
import type { Backend } from './backend.js';
import type { EarlyLayer } from './early-layer.js';
import { dropPointer, readPointer, type Pointed } from './pointer.js';
import { discardStages, placesOf, show, objectMissing, writeStage, type Shown, type TableObject } from './result.js';
import { mergeTables, tableOf, type Table } from './table.js';
import { writtenTables } from './written-tables.js';

/** What a view or list is, for its writer. */
export interface ResultSink {
  readonly label: string;
  /** Where it is in the store. */
  readonly place: string;
  readonly key: readonly string[] | undefined;
  /** Where its early rows are; undefined where it takes none. */
  readonly early: EarlyLayer | undefined;
  /** Called when the rows of a checkpoint can be seen, in the process that published them. */
  readonly published: (checkpoint: number, rows: TableObject | undefined) => Promise<void>;
}

/** Opens a view or list for the job of `context`. */
export async function openResultSink(sink: ResultSink, backend: Backend, context: SinkContext): Promise<SinkWriter> {
  const { label, place, key } = sink;
  const { lineage } = context;
  const { fields } = context.schema;
  const objects = await backend.objects();
  const target: Target = { sink, backend, context, objects };

  const published = await progress(target);
  checkFields(target, await owner(target));
  await checkOwner(target, await owner(target));
  if (published > context.restored) {
    throw millraceError('MILLRACE_SINK_AHEAD', { sink: label, published, restored: context.restored });
  }
  // Not those of a later owner, which may be at work by now.
  const { restored, epoch } = context;
  await discardStages(objects, place, lineage, (checkpoint) => checkpoint > restored && checkpoint <= epoch);
  const release = await backend.hold(place, lineage);

  let written = writtenTables(key);
  const sealed = new Map<number, readonly Table[]>();
  // What is built aside is not to be seen, and what it will replace stays its owner's.
  const early = context.publish === 'replace' ? undefined : sink.early?.own(lineage, epoch);
  const watermarks = new Map<number, number>();
  return {
    published: () => progress(target),
    write(batch) {
      if (key !== undefined) checkTime(target, batch);
      written.add(tableOf(batch, fields));
    },
    writeEarly: (batch) => early?.write(tableOf(batch, fields)),
    room: () => written.room(),
    seal(checkpoint, watermark = -Infinity) {
      watermarks.set(checkpoint, watermark);
      sealed.set(checkpoint, written.tables());
      written = writtenTables(key);
    },
    async stage(checkpoint): Promise<Staged> {
      const tables = (sealed.get(checkpoint) ?? []).filter(({ length }) => length > 0);
      sealed.delete(checkpoint);
      if (tables.length === 0) return null;
      return { ...(await writeStage(objects, place, lineage, checkpoint, mergeTables(tables, key))) };
    },
    async publish(publication) {
      let moved: 'moved' | 'already' | 'overtaken';
      do moved = await publishOnce(target, publication);
      while (moved === 'overtaken');
      const { checkpoint } = publication;
      // Not before their finals can be seen.
      early?.settle(watermarks.get(checkpoint) ?? -Infinity);
      watermarks.delete(checkpoint);
      if (moved === 'moved') await sink.published(checkpoint, stagedTable(publication));
    },
    async close() {
      early?.close();
      await release();
    },
  };
}

/** One sink, opened for one job. */
interface Target {
  readonly sink: ResultSink;
  readonly backend: Backend;
  readonly context: SinkContext;
  readonly objects: ObjectStore;
}

type Head = Pointed<Shown> | undefined;

function owner({ objects, sink }: Target): Promise<Head> {
  return readPointer<Shown>(objects, placesOf(sink.place).shown);
}

function aside({ objects, sink, context }: Target): Promise<Head> {
  return readPointer<Shown>(objects, placesOf(sink.place).aside(context.lineage));
}

function isOwn({ context }: Target, head: Head): head is Pointed<Shown> {
  return head?.value.lineage === context.lineage;
}

async function progress(target: Target): Promise<number> {
  const head = await owner(target);
  if (isOwn(target, head)) return head.value.published;
  return target.context.publish === 'replace' ? ((await aside(target))?.value.published ?? -1) : -1;
}

/** Makes one checkpoint visible, or adds it to what is built aside. */
async function publishOnce(target: Target, publication: Publication): Promise<'moved' | 'already' | 'overtaken'> {
  const { sink, context, objects } = target;
  const { place, key } = sink;
  const places = placesOf(place);
  const head = await owner(target);
  await checkOwner(target, head);
  const own = isOwn(target, head);
  const before = own || context.publish === 'append' ? head : await aside(target);
  const isNew = (before?.value.published ?? -1) < publication.checkpoint;
  const swaps = !own && context.publish === 'replace' && publication.final;
  if (!isNew && !swaps) return 'already';

  const staged = isNew ? stagedTable(publication) : undefined;
  if (staged !== undefined && (await objects.size(staged.object)) === undefined) {
    throw objectMissing(sink.label, staged.object);
  }
  const after: Shown = {
    lineage: context.lineage,
    job: context.job,
    published: publication.checkpoint,
    fields: context.schema.fields,
    tables: [...(before?.value.tables ?? []), ...(staged === undefined ? [] : [staged])],
  };
  const isAside = !own && context.publish === 'replace' && !publication.final;
  const moved = isAside
    ? await show(objects, place, places.aside(context.lineage), before, after, key)
    : await show(objects, place, places.shown, head, after, key);
  if (!moved) return 'overtaken';
  if (swaps) await removeReplaced(target, head);
  const live = new Set(after.tables.map(({ object }) => object));
  await discardStages(objects, place, context.lineage, (n, object) => n <= publication.checkpoint && !live.has(object));
  return isAside ? 'already' : 'moved';
}

/** Removes what a swap has put out of sight. */
async function removeReplaced({ sink, context, objects }: Target, head: Head): Promise<void> {
  await dropPointer(objects, placesOf(sink.place).aside(context.lineage));
  if (head === undefined) return;
  for (const { object } of head.value.tables) await objects.delete(object);
  await discardStages(objects, sink.place, head.value.lineage, () => true);
}

function stagedTable({ staged }: Publication): TableObject | undefined {
  return staged === null ? undefined : (staged as unknown as TableObject);
}

async function checkOwner({ sink, backend, context }: Target, head: Head): Promise<void> {
  if (head === undefined || head.value.lineage === context.lineage) return;
  const { lineage, job } = head.value;
  if (context.publish === 'append') {
    const owner = `job "${job}", lineage ${lineage}`;
    throw millraceError('MILLRACE_LINEAGE_FOREIGN', { sink: sink.label, owner, job: context.job });
  }
  if (!(await backend.isHeld(sink.place, lineage))) return;
  throw millraceError('MILLRACE_SINK_UNFIT', {
    sink: sink.label,
    output: context.output,
    problem: `its owner, job "${job}", is running`,
    fix: `Stop job "${job}" before its result is replaced.`,
  });
}

function checkFields({ sink, context }: Target, head: Head): void {
  const { label, key = [] } = sink;
  const { output, schema } = context;
  const fields = Object.keys(schema.fields);
  const missing = key.find((field) => !fields.includes(field));
  if (missing !== undefined) {
    throw millraceError('MILLRACE_FIELD_MISSING', { operator: label, uses: 'has the key', field: missing, fields });
  }
  if (head?.value.lineage !== context.lineage || fieldsText(head.value.fields) === fieldsText(schema.fields)) return;
  throw millraceError('MILLRACE_SINK_UNFIT', {
    sink: label,
    output,
    problem: `it shows ${fieldsText(head.value.fields)}, and the output has ${fieldsText(schema.fields)}`,
    fix: 'Give the sink another name.',
  });
}

function checkTime({ sink, context }: Target, batch: Batch): void {
  if (batch.time !== undefined) return;
  throw millraceError('MILLRACE_SINK_UNFIT', {
    sink: sink.label,
    output: context.output,
    problem: 'it keeps the latest row per key, and the rows have no event time',
    fix: "Put eventTime('<field>', { maxOutOfOrderness: '5s' }) into the graph.",
  });
}
