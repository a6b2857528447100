import { fieldsText, type Job, type JobDescription, type JobHandle, type MetricsSnapshot, millraceError, type RunOptions, type RunResult, type Source } from '@millrace/core'; // prettier-ignore
import {
  durationMs,
  emptyLedger,
  jobBrand,
  located,
  silentLogger,
  systemClock,
  userLine,
  having,
  need,
  optionsOf,
  requireArguments,
} from '@millrace/core/connector';
import { checkWritable } from '../data-file.js';
import { tablePlace } from '../table-place.js';
import type { ArchiveTable } from './archive-table.js';
import { archiveProgress, type ArchiveProgress, archiveTopic, type FlushLimits } from './archive-topic.js';

/** What an archive is made of. */
export interface ArchiveOptions {
  readonly from: Source;
  readonly to: ArchiveTable;
  /** Its name in reports: `archive-<table>` unless given. */
  readonly name?: string;
  /** Rows that are made visible at once (100,000): a file per partition, one commit. */
  readonly flushRows?: number;
  /** The longest that a record waits to become visible ('1m'), from the first that waits. */
  readonly flushEvery?: string;
}

// A run says how it ended, as its documentation promises; `report: false` keeps it quiet.
// eslint-disable-next-line no-console -- see above
const toStderr = (text: string): void => console.error(text);

/** More raw bytes than this do not wait, however few rows they are. */
const flushBytes = 64 * 1024 * 1024;

/**
 * A job that keeps a topic in a table, with all that a graph can see: key, headers, broker time, the raw value, its
 * columns, and why a value could not be decoded. It is run like any other (`run(job, { mode: 'live' })`), beside the
 * jobs that read the topic, and needs no checkpoints: where it goes on from stands in the table. Of two at once
 * exactly one wins each range of offsets.
 *
 * Nothing is dropped: late records, tombstones and what is no JSON are rows like all others. It keeps what waits for the next
 * flush in memory. It ends where the topic was ended (`end()`), or when it is stopped, and makes visible what it has read.
 *
 * @throws MillraceError `MILLRACE_OPTION_INVALID` at the call, also where topic and table have different schemas; from the run `MILLRACE_TABLE_FOREIGN` where the table is
 * another topic's, `MILLRACE_OWNERSHIP_LOST` where another archive is faster, `MILLRACE_SOURCE_TRUNCATED` where the topic
 * no longer has what comes next.
 * @example
 * ```ts
 * import { memoryStore, run, schema, utf8 } from '@millrace/core';
 * import { archive, lake } from '@millrace/connectors/lake';
 * import { memory } from '@millrace/connectors/memory';
 *
 * const Pin = schema({ id: utf8, category: utf8 });
 * const topic = memory().topic('pins', Pin);
 * await topic.send([{ id: 'a', category: 'art' }, 'no JSON, and kept']);
 * await topic.end();
 * const job = archive({ from: topic, to: lake({ root: memoryStore() }).table('pins', Pin) });
 * const { ledger } = await run(job, { mode: 'live', report: false });
 * console.log(ledger['source']?.taken, ledger['source']?.rejected); // 1 1
 * ```
 */
export function archive(options: ArchiveOptions): Job<never> {
  const example = "archive({ from: topic, to: lake({ root: './lake' }).table('pins', Pin) })";
  requireArguments('archive', example, [
    ['options', options, optionsOf('from', 'to', 'name', 'flushRows', 'flushEvery')],
  ]);
  const { from, to } = options;
  requireArguments('archive', example, [
    ['source "from"', from, having('a topic', 'open', 'schema')],
    ['target "to"', to, having('a table of a lake with a schema', tablePlace, 'schema')],
  ]);
  const { name = `archive-${to.name}`, flushRows = 100_000, flushEvery = '1m' } = options;
  requireArguments('archive', example, [['name', name, need.text]]);
  if (!Number.isSafeInteger(flushRows) || flushRows < 1) {
    throw millraceError('MILLRACE_OPTION_INVALID', {
      subject: `archive "${name}"`,
      option: 'flushRows',
      problem: `is ${flushRows}, which is no number of rows`,
      fix: 'Give a whole number of at least 1.',
    });
  }
  checkSameSchema(name, from, to);
  const ms = durationMs(flushEvery, { operator: `archive "${name}"`, option: 'flushEvery' });
  const limits = { rows: flushRows, bytes: flushBytes, ms };
  return {
    name,
    [jobBrand]: {
      start: (run) => startArchive(name, from, to, limits, run),
      describe: () => description(name, from, to),
    },
  };
}

/** Refuses a table of other columns: a replay of it would decode other rows than the graph is made for. */
function checkSameSchema(name: string, from: Source, to: ArchiveTable): void {
  const [given, kept] = [fieldsText(from.schema.fields), fieldsText(to.schema.fields)];
  if (given === kept) return;
  throw millraceError('MILLRACE_OPTION_INVALID', {
    subject: `archive "${name}"`,
    option: 'to',
    problem: `is ${to.label} with the columns ${kept}, and the records of ${from.label} have ${given}`,
    fix: 'Give both the same schema value.',
  });
}

function startArchive(
  name: string,
  from: Source,
  to: ArchiveTable,
  limits: FlushLimits,
  options: RunOptions,
): JobHandle {
  const { mode, batchRows = 8192, clock = systemClock, logger = silentLogger, report = toStderr } = options;
  if (mode !== 'live') {
    const problem = `is an archive and can not be run in mode '${mode}'`;
    throw millraceError('MILLRACE_JOB_INVALID', { job: name, problem, fix: "Say mode: 'live'." });
  }
  const where = userLine();
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  options.signal?.addEventListener('abort', stop);
  if (options.signal?.aborted === true) stop();
  const progress = archiveProgress();
  const startedAt = clock.now();
  let state: MetricsSnapshot['state'] = 'running';

  const drive = async (): Promise<RunResult> => {
    try {
      const table = await to[tablePlace].folder();
      await checkWritable(table, to.schema.fields);
      const rowsPerRead = Math.min(batchRows, limits.rows);
      const run = { name, from, table, limits, batchRows: rowsPerRead, clock, logger, signal: stopping.signal };
      const ended = await archiveTopic(run, progress);
      state = 'done';
      const result = resultOf(name, to, ended, progress);
      if (report !== false) report(result.report);
      return result;
    } catch (error) {
      state = 'failed';
      throw located(error, where);
    } finally {
      options.signal?.removeEventListener('abort', stop);
    }
  };
  const done = drive();
  // Who only calls stop() or metrics() must not bring the process down by not looking at `done`.
  done.catch(() => undefined);

  return {
    done,
    async stop(stopOptions = {}) {
      requireArguments('stop', "stop({ deadline: '30s' })", [['options', stopOptions, optionsOf('deadline')]]);
      const { deadline = '30s' } = stopOptions;
      const deadlineMs = durationMs(deadline, { operator: 'stop', option: 'deadline' });
      const tooLate = millraceError('MILLRACE_STOP_LATE', { job: name, deadlineMs });
      stop();
      const waiting = new AbortController();
      const late = clock.sleep(deadlineMs, waiting.signal).then(() => undefined);
      const result = await Promise.race([done, late]).finally(() => waiting.abort());
      if (result === undefined) throw tooLate;
      return result;
    },
    metrics: () => metricsOf(name, from, state, clock.now() - startedAt, progress),
    describe: () => description(name, from, to),
    async [Symbol.asyncDispose]() {
      stop();
      await done;
    },
  };
}

function resultOf(name: string, to: ArchiveTable, ended: RunResult['ended'], progress: ArchiveProgress): RunResult {
  const { ledger, partitions, version } = progress;
  const count = ledger.in.toLocaleString('en');
  const report = `${name}  ${count} records of ${partitions.size} partitions → ${to.label}, version ${version}; ${ledger.rejected.toLocaleString('en')} could not be decoded`;
  return { job: name, ended, checkpoint: version, outputs: {}, ledger: { source: { ...ledger } }, report };
}

function metricsOf(
  job: string,
  from: Source,
  state: MetricsSnapshot['state'],
  upMs: number,
  { ledger, repaired, repeatedKeys, partitions, version }: ArchiveProgress,
): MetricsSnapshot {
  const source = {
    records: { ...emptyLedger(), ...ledger },
    repaired,
    repeatedKeys,
    partitions: Array.from(partitions, ([partition, { position, state: reading }]) => ({
      partition,
      position,
      state: reading,
      watermarks: {},
    })),
  };
  return {
    v: 1,
    job,
    mode: 'live',
    state,
    tasks: 1,
    upMs,
    sources: { [from.name]: source },
    operators: {},
    outputs: {},
    checkpoints: { last: version, ageMs: null, durationMs: null, stateBytes: 0, restored: -1 },
  };
}

function description(job: string, from: Source, to: ArchiveTable): JobDescription {
  return {
    v: 1,
    job,
    nodes: [],
    text: `${from.label}\n${job}  → ${to.label}`,
    mermaid: `flowchart LR\n  source["${from.label.replaceAll('"', "'")}"] --> table["${to.label.replaceAll('"', "'")}"]`,
  };
}
