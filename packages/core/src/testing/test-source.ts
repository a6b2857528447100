import type { Records, RecordHeaders } from '../connector/records.js';
import { recordsOf } from '../connector/records-of.js';
import type { Pull, Source } from '../connector/source.js';
import { having, need, optionsOf, requireArguments, type Need } from '../error/arguments.js';
import { millraceError } from '../error/millrace-error.js';
import type { Fields } from '../schema/column-type.js';
import type { Schema } from '../schema/schema.js';
import type { Clock } from '../time/clock.js';
import type { Random } from './random.js';

/** A record of a test: its value as text or bytes, or with what a record has beside it. */
export type TestRecord = string | Uint8Array | TestRecordParts | TestPause;

/** A record with its metadata. */
export interface TestRecordParts {
  readonly value: string | Uint8Array | null;
  readonly key?: string | Uint8Array | null;
  readonly brokerTime?: number;
  readonly headers?: RecordHeaders;
}

/** Not a record: here the partition is caught up and quiet for so long. */
export interface TestPause {
  readonly pauseMs: number;
}

/** How a test source answers: by chance it gives less than it was asked for, and later than others. */
export interface TestSourceOptions {
  readonly random?: Random;
  readonly clock?: Clock;
  readonly keyedBy?: string;
}

/**
 * A bounded source over records in memory, one list per partition: what `verify` and tests of the driver read. It is the
 * same source however often it is opened.
 */
export function testSource<F extends Fields>(
  name: string,
  schema: Schema<F>,
  partitions: readonly (readonly TestRecord[])[],
  options: TestSourceOptions = {},
): Source<F> {
  requireArguments('testSource', "testSource('pins', Pin, [['{…}'], ['{…}']])", [
    ['name', name, need.text],
    ['schema', schema, having('a schema', 'fields')],
    ['partitions', partitions, listOfLists],
    ['options', options, optionsOf('random', 'clock', 'keyedBy')],
  ]);
  const { random, clock, keyedBy } = options;
  const logs = partitions.map((records, partition) => logOf(partition, records));
  return {
    schema,
    name,
    label: `test source "${name}"`,
    keyedBy,
    bounded: true,
    open: async () => {
      // A pause is over once it was waited for; opened again, the partition is quiet there again.
      const waited = new Set<string>();
      const paused = (partition: number, position: number): number | undefined =>
        waited.has(`${partition}@${position}`) ? undefined : logs[partition]!.pauses.get(position);
      return {
        identity: `test/${name}`,
        partitions: async () => logs.map(({ length }, partition) => ({ partition, start: 0, end: length })),
        async read(partition, position, maxRows): Promise<Pull> {
          for (let turns = random?.below(3) ?? 0; turns > 0; turns--) await Promise.resolve();
          const log = logs[partition]!;
          if (paused(partition, position) !== undefined) return { kind: 'caughtUp' };
          if (position >= log.length) return { kind: 'end' };
          const nextPause = Math.min(...[...log.pauses.keys()].filter((at) => at > position), log.length);
          const most = Math.min(maxRows, nextPause - position);
          const rows = random === undefined ? most : 1 + random.below(most);
          return { kind: 'records', records: log.slice(position, position + rows) };
        },
        async arrival(partition, position, signal) {
          const ms = paused(partition, position);
          if (ms === undefined || clock === undefined) return;
          await clock.sleep(ms, signal);
          waited.add(`${partition}@${position}`);
        },
        close: async () => undefined,
      };
    },
  };
}

const listOfLists: Need = {
  text: 'a list of records per partition',
  accepts: (value) => Array.isArray(value) && value.every((each) => Array.isArray(each) && each.every(isRecord)),
};

function isRecord(value: unknown): boolean {
  return typeof value === 'string' || (typeof value === 'object' && value !== null);
}

interface TestLog {
  readonly length: number;
  /** The milliseconds of quiet before an offset. */
  readonly pauses: ReadonlyMap<number, number>;
  slice(from: number, to: number): Records;
}

function logOf(partition: number, marks: readonly TestRecord[]): TestLog {
  const records: TestRecordParts[] = [];
  const pauses = new Map<number, number>();
  for (const mark of marks) {
    if (typeof mark === 'string' || mark instanceof Uint8Array) records.push({ value: mark });
    else if ('pauseMs' in mark) pauses.set(records.length, mark.pauseMs);
    else records.push(mark);
  }
  if (pauses.has(records.length)) {
    throw millraceError('MILLRACE_OPTION_INVALID', {
      subject: `partition ${partition} of a test source`,
      option: 'a pause',
      problem: 'stands behind the last record',
      fix: 'Put a record behind it, or leave it out: the end counts as idle by itself.',
    });
  }
  return {
    length: records.length,
    pauses,
    slice(from, to) {
      const part = records.slice(from, to);
      return recordsOf(
        partition,
        part.map(({ value }) => value),
        {
          offset: from,
          keys: part.map(({ key = null }) => key),
          brokerTimes: part.map(({ brokerTime = -1 }) => brokerTime),
          headers: part.map(({ headers = [] }) => headers),
        },
      );
    },
  };
}
