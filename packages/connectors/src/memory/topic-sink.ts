import { isMillraceError, millraceError, type ColumnType, type ObjectStore, type Sink } from '@millrace/core';
import {
  rowsOf,
  type Batch,
  type SinkContext,
  type SinkWriter,
  type Staged,
  need,
  optional,
  requireArguments,
} from '@millrace/core/connector';
import { pathName, type Backend } from './backend.js';
import type { TopicSinkOptions } from './options.js';
import { movePointer, readPointer, type Pointed } from './pointer.js';
import type { PartitionRun, TopicLog } from './topic-log.js';
import { markedRun, partitionRuns, stagedRuns } from './topic-stage.js';
import { treeBytes } from './tree-bytes.js';
import { writtenBatches } from './written-batches.js';

// Rows of a job as records of a topic, each once. A stage is an object. Publishing it takes three steps: note where
// each partition ends; append a run to each, marked with the checkpoint; note that it is done. A crash in between finds
// the mark behind the noted end, or appends the run that is missing.

/** What the sink knows of itself. */
interface Progress {
  readonly lineage: string;
  readonly job: string;
  readonly published: number;
  /** The checkpoint that is being appended, and where the partitions ended before. */
  readonly under: { readonly checkpoint: number; readonly ends: readonly number[] } | null;
}

/** Makes the sink that appends rows to a topic as JSON. Its rows can be read by `topic(name, schema)`. */
export function topicSink<K extends string>(
  backend: Backend,
  name: string,
  options: TopicSinkOptions<K>,
): Sink<{ readonly [P in K]: ColumnType }, 'append'> {
  const label = `memory topic "${name}"`;
  requireArguments('topic', "topic('out', { partitions: 2, keyedBy: 'id' })", [
    ['partitions', options.partitions, optional(need.number)],
    ['keyedBy', options.keyedBy, optional(need.text)],
  ]);
  return {
    name,
    label,
    place: [backend.identity, `topic-sinks/${pathName(name)}`],
    modes: ['append'],
    key: undefined,
    open: (context) => openTopicSink(backend, name, label, options, context),
  };
}

async function openTopicSink(
  backend: Backend,
  name: string,
  label: string,
  { partitions = 1, keyedBy }: TopicSinkOptions,
  context: SinkContext,
): Promise<SinkWriter> {
  const { lineage, job, output, restored, epoch } = context;
  const objects = await backend.objects();
  const log = await backend.log(name, partitions);
  const place = `topic-sinks/${pathName(name)}`;
  const stagePrefix = `${place}/staged/${encodeURIComponent(lineage)}/`;
  const pointer = `${place}/progress`;
  const progress = (): Promise<Pointed<Progress> | undefined> => readProgress(objects, pointer, label, context);
  const discard = async (doomed: (checkpoint: number) => boolean): Promise<void> => {
    for await (const { key } of objects.list(stagePrefix)) {
      if (doomed(parseInt(key.slice(stagePrefix.length), 10))) await objects.delete(key);
    }
  };

  checkFit(label, context, keyedBy);
  const published = (await progress())?.value.published ?? -1;
  if (published > restored) throw millraceError('MILLRACE_SINK_AHEAD', { sink: label, published, restored });
  // Not those of a later owner, which may be at work by now.
  await discard((checkpoint) => checkpoint > restored && checkpoint <= epoch);

  const written = writtenBatches();
  const sealed = new Map<number, readonly Batch[]>();
  return {
    published: async () => (await progress())?.value.published ?? -1,
    write: (batch) => written.add(batch),
    room: () => written.room(),
    seal(checkpoint) {
      sealed.set(checkpoint, written.take());
    },
    async stage(checkpoint): Promise<Staged> {
      const rows = (sealed.get(checkpoint) ?? []).flatMap((batch) => rowsOf(context.schema.fields, batch));
      sealed.delete(checkpoint);
      if (rows.length === 0) return null;
      const runs = partitionRuns(rows, context.schema, keyedBy, await log.count(), backend.clock());
      const object = `${stagePrefix}${String(checkpoint).padStart(12, '0')}-${crypto.randomUUID()}`;
      await objects.put(object, treeBytes(runs));
      return { object, rows: rows.length };
    },
    async publish(publication) {
      const { checkpoint } = publication;
      while (true) {
        const before = await progress();
        if ((before?.value.published ?? -1) >= checkpoint) break;
        const noted = await noteEnds(objects, pointer, before, { lineage, job, checkpoint }, log);
        if (noted === undefined) continue;
        const runs = await stagedRuns(objects, label, publication);
        const { ends } = noted.value.under!;
        const mark = `${lineage}/${output}/${checkpoint}`;
        const marked = runs.map(([partition, run]) =>
          markedRun(partition, run, { text: mark, from: ends[partition]! }),
        );
        // Where another process of this job has come in between, the marks tell what is there by now.
        if (!(await isAppended(log, marked))) continue;
        const done: Progress = { lineage, job, published: checkpoint, under: null };
        if ((await movePointer(objects, pointer, noted, done)) !== undefined) break;
      }
      await discard((staged) => staged <= checkpoint);
    },
    async close() {
      written.take();
      sealed.clear();
    },
  };
}

/** Whether all is in the topic; false where another writer took it over meanwhile. */
async function isAppended(log: TopicLog, runs: readonly PartitionRun[]): Promise<boolean> {
  try {
    await log.append(runs);
    return true;
  } catch (error) {
    if (isMillraceError(error) && error.code === 'MILLRACE_TOPIC_TAKEN') return false;
    throw error;
  }
}

async function readProgress(
  objects: ObjectStore,
  pointer: string,
  label: string,
  { lineage, job }: SinkContext,
): Promise<Pointed<Progress> | undefined> {
  const found = await readPointer<Progress>(objects, pointer);
  if (found === undefined || found.value.lineage === lineage) return found;
  const owner = `job "${found.value.job}", lineage ${found.value.lineage}`;
  throw millraceError('MILLRACE_LINEAGE_FOREIGN', { sink: label, owner, job });
}

/** Where the partitions end before the checkpoint is appended: noted once, found again after a crash. */
async function noteEnds(
  objects: ObjectStore,
  pointer: string,
  before: Pointed<Progress> | undefined,
  { lineage, job, checkpoint }: { lineage: string; job: string; checkpoint: number },
  log: TopicLog,
): Promise<Pointed<Progress> | undefined> {
  if (before?.value.under?.checkpoint === checkpoint) return before;
  const ends = (await log.bounds()).map(({ end }) => end);
  const published = before?.value.published ?? -1;
  return movePointer<Progress>(objects, pointer, before, { lineage, job, published, under: { checkpoint, ends } });
}

function checkFit(label: string, { schema, output, publish }: SinkContext, keyedBy: string | undefined): void {
  const fields = Object.keys(schema.fields);
  if (keyedBy !== undefined && !fields.includes(keyedBy)) {
    throw millraceError('MILLRACE_FIELD_MISSING', { operator: label, uses: 'is keyed by', field: keyedBy, fields });
  }
  if (publish === 'append') return;
  throw millraceError('MILLRACE_SINK_UNFIT', {
    sink: label,
    output,
    problem: 'a topic only grows, so nothing in it can be replaced',
    fix: 'Name another topic for this run.',
  });
}
