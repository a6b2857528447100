import { need, optional, requireArguments } from '@millrace/core/connector';
import { type Fields, millraceError, type Schema, type Source } from '@millrace/core';
import type { Backend } from './backend.js';
import type { TopicOptions, TopicRecord, TopicValue } from './options.js';
import { producer } from './producer.js';
import { emptyRun } from './record-runs.js';
import { topicReader } from './source.js';
import type { TopicLog } from './topic-log.js';

/** A topic: a source, and what fills it. Whatever it promises has happened, and is durable, when a call resolves. */
export interface MemoryTopic<F extends Fields = Fields> extends Source<F> {
  /** Appends values in their order; the key of a row, and of JSON, is its `keyedBy` field. */
  send(values: readonly TopicValue<F>[]): Promise<void>;
  /** Appends records with keys, headers, broker times, partitions or offsets of their own. */
  append(records: readonly TopicRecord<F>[]): Promise<void>;
  /** Ends the topic for good: a run on it ends when it has read all, and `send` is refused. */
  end(): Promise<void>;
  /** Adds empty partitions, at most up to 1024 in all. Keys move to other partitions by it. */
  addPartitions(count: number): Promise<void>;
  /** Removes the records below `offset`, as retention does: the partition starts there from now on. */
  deleteBefore(partition: number, offset: number): Promise<void>;
  /** Moves the end of a partition up to `offset` without a record, as transaction markers and compaction do. */
  skipTo(partition: number, offset: number): Promise<void>;
}

/** Topics of no more partitions than this: a broker has a limit as well, and a folder is kept per partition. */
const partitionsMax = 1024;

/** Makes the handle of a topic; the topic itself is made or opened at its first use. */
export function topic<F extends Fields>(
  backend: Backend,
  name: string,
  schema: Schema<F>,
  options: TopicOptions<F>,
): MemoryTopic<F> {
  const { partitions = 1, keyedBy } = options;
  const label = `memory topic "${name}"`;
  requireArguments('topic', "topic('pins', Pin, { keyedBy: 'id' })", [['keyedBy', keyedBy, optional(need.text)]]);
  checkCount(label, 'partitions', partitions);
  checkKeyedBy(label, keyedBy, Object.keys(schema.fields));
  const log = (): Promise<TopicLog> => openedLog(backend, label, name, partitions, options.partitions);
  const { append } = producer(label, schema, keyedBy, backend.clock);
  return {
    schema,
    name,
    label,
    keyedBy,
    bounded: false,
    inProcess: typeof backend.identity !== 'string',
    open: async () => topicReader(label, await log()),
    // Awaited, and not just handed on: so the stack of what fails reaches the line that waits for it.
    async send(values) {
      requireArguments(`${label}: send`, "send([{ id: 'a' }])", [['values', values, need.list]]);
      const records = values.map((value) => ({ value }));
      await append(await log(), records);
    },
    async append(records) {
      requireArguments(`${label}: append`, "append([{ value: { id: 'a' } }])", [['records', records, need.objects]]);
      await append(await log(), records);
    },
    end: async () => await (await log()).seal(),
    async addPartitions(count) {
      const opened = await log();
      checkCount(label, 'addPartitions', count);
      checkCount(label, 'partitions', (await opened.count()) + count);
      await opened.addPartitions(count);
    },
    async deleteBefore(partition, offset) {
      const opened = await log();
      await checkPlace(label, opened, partition, offset);
      await opened.deleteBefore(partition, offset);
    },
    async skipTo(partition, offset) {
      const opened = await log();
      await checkPlace(label, opened, partition, offset);
      await opened.append([{ partition, run: (end) => (offset > end ? emptyRun(partition, offset) : undefined) }]);
    },
  };
}

async function openedLog(
  backend: Backend,
  label: string,
  name: string,
  partitions: number,
  asked: number | undefined,
): Promise<TopicLog> {
  const log = await backend.log(name, partitions);
  const count = await log.count();
  if (asked === undefined || asked <= count) return log;
  throw millraceError('MILLRACE_OPTION_INVALID', {
    subject: label,
    option: `partitions: ${asked}`,
    problem: `does not fit, since the topic is there with ${count}`,
    fix: `Leave it out, or call addPartitions(${asked - count}).`,
  });
}

function checkCount(label: string, option: string, count: number): void {
  if (Number.isInteger(count) && count >= 1 && count <= partitionsMax) return;
  throw millraceError('MILLRACE_OPTION_INVALID', {
    subject: label,
    option,
    problem: `must be a whole number from 1 to ${partitionsMax}, and is ${count}`,
    fix: 'Give as many partitions as tasks may work side by side.',
  });
}

function checkKeyedBy(label: string, keyedBy: string | undefined, fields: readonly string[]): void {
  if (keyedBy === undefined || fields.includes(keyedBy)) return;
  throw millraceError('MILLRACE_FIELD_MISSING', { operator: label, uses: 'is keyed by', field: keyedBy, fields });
}

async function checkPlace(label: string, log: TopicLog, partition: number, offset: number): Promise<void> {
  const count = await log.count();
  const hasPartition = Number.isInteger(partition) && partition >= 0 && partition < count;
  if (hasPartition && Number.isSafeInteger(offset) && offset >= 0) return;
  throw millraceError('MILLRACE_OPTION_INVALID', {
    subject: label,
    option: hasPartition ? `offset ${offset}` : `partition ${partition}`,
    problem: hasPartition ? 'is no offset' : `is none of its ${count}`,
    fix: hasPartition ? 'Give a whole number from 0.' : `Use 0 to ${count - 1}.`,
  });
}
