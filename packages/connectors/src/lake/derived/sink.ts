import { millraceError } from '@millrace/core';
import type { JsonValue, Publication, SinkContext, SinkWriter, Staged } from '@millrace/core/connector';
import type { Action, AddFile } from '../delta/actions.js';
import { commit } from '../delta/commit.js';
import { advanceLog, loadLog } from '../delta/load-log.js';
import { emptyState, type LogState } from '../delta/log-state.js';
import { checkPlace } from '../check-place.js';
import { checkWrite } from '../check-table.js';
import { checkColumnNames } from '../column-names.js';
import { checkWritable } from '../data-file.js';
import { foreign, type TableFolder } from '../delta/table-folder.js';
import { hold } from '../../holding/holders.js';
import {
  checkColumns,
  checkIdle,
  checkOwner,
  checkReplaceable,
  declare,
  holdersOf,
  ownerOf,
  requireDerived,
} from './owner.js';
import { stageFiles } from './stage-files.js';
import { type Stages, stages } from './stages.js';
import { checkProtocol } from '../delta/check-protocol.js';

/** A sink, opened for one job. */
interface Target {
  readonly table: TableFolder;
  readonly name: string;
  readonly context: SinkContext;
  readonly state: LogState;
  /** The log's name for how far this output has come: its version is the number of a checkpoint. */
  readonly appId: string;
  readonly stages: Stages;
}

/**
 * Opens a table of results to publish into.
 *
 * Files are written when rows are staged, and nobody sees them; one commit adds those of a checkpoint together with its
 * number, so that publishing again finds it there. A checkpoint without rows makes no commit. With `replace` the files
 * are kept aside, and one commit removes the old ones and adds all new ones.
 */
export async function openDerivedSink(table: TableFolder, name: string, context: SinkContext): Promise<SinkWriter> {
  const { lineage, schema, restored, epoch } = context;
  const part = partOf(context);
  checkColumnNames(table, schema.fields, renamed);
  await checkWritable(table, schema.fields);
  const known = await loadLog(table);
  await checkPlace(table, known === undefined);
  const state = known ?? emptyState();
  const target: Target = {
    table,
    name,
    context,
    state,
    appId: `${lineage}/${part}`,
    stages: stages(table, lineage, part),
  };
  checkProtocol(table, state, 'write');
  requireDerived(table, state);
  if (context.publish === 'replace') {
    checkReplaceable(table, state);
    await checkIdle(table, state, context);
  } else {
    checkAppend(target, state);
    // So that a job without a row in its result leaves a table that can be read.
    await commit(table, state, 'CREATE TABLE', (on) =>
      on.metaData === undefined ? declare(on, name, schema.fields, undefined) : undefined,
    );
  }
  const published = await progress(target);
  if (published > restored) {
    throw millraceError('MILLRACE_SINK_AHEAD', { sink: table.label, published, restored });
  }
  const files = stageFiles(table, schema.fields, `part-${encodeURIComponent(`${lineage}-${part}`)}`, {
    epoch,
    restored,
  });
  await files.discard((path) => state.files.has(path));
  const release = await hold(table.store, holdersOf(table), lineage);
  return {
    published: () => progress(target),
    write: files.write,
    room: files.room,
    seal: files.seal,
    async stage(checkpoint): Promise<Staged> {
      const added = await files.stage(checkpoint);
      return added.length === 0 ? null : { files: added as unknown as JsonValue };
    },
    publish: (publication) => publish(target, publication),
    async close() {
      await Promise.all([files.close(), release()]);
    },
  };
}

/** What has checkpoints of its own: the output, or one domain's rows of it. */
function partOf({ output, domain }: SinkContext): string {
  return domain === undefined ? output : `${output}/${domain}`;
}

async function progress({ table, state, appId, stages: aside }: Target): Promise<number> {
  await advanceLog(table, state);
  return Math.max(state.txns.get(appId) ?? -1, ...(await aside.kept()));
}

async function publish(target: Target, { checkpoint, staged, final }: Publication): Promise<void> {
  const { table, context, state, stages: aside } = target;
  const files = staged === null ? [] : (staged['files'] as unknown as readonly AddFile[]);
  await advanceLog(table, state);
  if (context.publish === 'append' || ownerOf(state) === context.lineage) {
    return files.length === 0 ? rowless(target, checkpoint) : append(target, checkpoint, files);
  }
  // What is kept counts as published: the last files are not, or a crash before the swap would leave it undone for ever.
  if (final) await swap(target, checkpoint, files);
  else await aside.keep(checkpoint, files);
}

async function append(target: Target, checkpoint: number, files: readonly AddFile[]): Promise<void> {
  const { table, state } = target;
  await commit(table, state, 'WRITE', (on) => {
    checkAppend(target, on);
    if (isPublished(target, on, checkpoint)) return undefined;
    return [...claim(target, on), ...files.map((add) => ({ add })), step(target, checkpoint)];
  });
}

/** A checkpoint without rows: its number is kept, so that a restart does not take it for unpublished. */
async function rowless(target: Target, checkpoint: number): Promise<void> {
  const { table, context, state, stages: aside } = target;
  checkOwner(table, state, context);
  if (checkpoint <= (await progress(target))) return;
  await aside.keep(checkpoint, []);
  await aside.forget(checkpoint - 1);
}

async function swap(target: Target, checkpoint: number, last: readonly AddFile[]): Promise<void> {
  const { table, name, context, state, stages: aside } = target;
  await checkIdle(table, state, context);
  const added = [...(await aside.files(checkpoint - 1)), ...last];
  await commit(table, state, 'WRITE', (on) => {
    checkProtocol(table, on, 'write');
    requireDerived(table, on);
    checkReplaceable(table, on);
    if (isPublished(target, on, checkpoint)) return undefined;
    const deletionTimestamp = Date.now();
    const removed = Array.from(on.files.keys(), (path) => ({ remove: { path, deletionTimestamp, dataChange: true } }));
    const declared = declare(on, name, context.schema.fields, context);
    return [...declared, ...removed, ...added.map((add) => ({ add })), step(target, checkpoint)];
  });
  await aside.forget(checkpoint);
}

/** Refuses a table that rows cannot be added to, as it is by now: another program may have changed it. */
function checkAppend({ table, context }: Target, on: LogState): void {
  requireDerived(table, on);
  checkWrite(table, on);
  checkOwner(table, on, context);
  if (ownerOf(on) !== undefined) return checkColumns(table, on.metaData!, context.schema.fields);
  if (on.files.size === 0) return;
  throw foreign(table, 'another program has written rows into it', 'Give the sink a table of another name.');
}

function renamed(name: string): string {
  return `Give it another name before the sink, like rename({ ${JSON.stringify(name)}: 'another_name' }).`;
}

/** Takes a table that is nobody's, with the columns of these rows. */
function claim({ name, context }: Target, on: LogState): Action[] {
  if (ownerOf(on) === context.lineage) return [];
  return declare(on, name, context.schema.fields, context);
}

function isPublished({ appId }: Target, { txns }: LogState, checkpoint: number): boolean {
  return (txns.get(appId) ?? -1) >= checkpoint;
}

function step({ appId }: Target, checkpoint: number): Action {
  return { txn: { appId, version: checkpoint, lastUpdated: Date.now() } };
}
