import type { Source } from '@millrace/core';
import { type Clock, type LedgerCounts, type Logger } from '@millrace/core';
import { emptyLedger, jsonDecoder, type Pull, type SourceReader } from '@millrace/core/connector';
import type { TableFolder } from '../delta/table-folder.js';
import { partitionCalls } from './partition-calls.js';
import { type ArchiveWriter, openArchiveWriter } from './archive-writer.js';

/** When an archive makes visible what it has read: at the first of these. */
export interface FlushLimits {
  readonly rows: number;
  readonly bytes: number;
  /** Milliseconds since the first record that waits. */
  readonly ms: number;
}

/** What an archive is run with. */
export interface ArchiveRun {
  readonly name: string;
  readonly from: Source;
  readonly table: TableFolder;
  readonly limits: FlushLimits;
  readonly batchRows: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Asks it to flush and stop. */
  readonly signal: AbortSignal;
}

/** An archive under way, for whoever looks at it. */
export interface ArchiveProgress {
  readonly ledger: LedgerCounts;
  repaired: number;
  repeatedKeys: number;
  readonly partitions: Map<number, { position: number; state: 'reading' | 'caughtUp' | 'ended' }>;
  version: number;
}

/** How long an archive waits before it asks the topic for new partitions. */
const partitionsEveryMs = 5000;

/**
 * Reads a topic into its archive, until the topic has ended or `signal` is aborted. Goes on where the table ends.
 *
 * @throws MillraceError what the topic or the table throw; what is not yet visible then is read again by the next run.
 */
export async function archiveTopic(run: ArchiveRun, progress: ArchiveProgress): Promise<'end' | 'stopped'> {
  const { from, table, logger } = run;
  const columns = new Set(Object.keys(from.schema.fields));
  const reader = await from.open({ columns, metadata: true, logger });
  try {
    const writer = await openArchiveWriter(table, run.name, from, reader.identity);
    return await readAll(run, reader, writer, progress);
  } finally {
    await reader.close();
  }
}

async function readAll(
  { from, limits, batchRows, clock, signal }: ArchiveRun,
  reader: SourceReader,
  writer: ArchiveWriter,
  progress: ArchiveProgress,
): Promise<'end' | 'stopped'> {
  const { partitions } = progress;
  const decoder = jsonDecoder(from.schema, new Set(Object.keys(from.schema.fields)));
  const calls = partitionCalls<Pull | undefined>(clock);
  let discoveredAt = -Infinity;
  let waitingSince: number | undefined;

  const read = (partition: number): void => {
    calls.ask(partition, reader.read(partition, partitions.get(partition)!.position, batchRows));
  };
  const discover = async (): Promise<void> => {
    const found = (await reader.partitions()).filter(({ partition }) => !partitions.has(partition));
    if (found.length > 0) await writer.declare(found);
    for (const { partition } of found) {
      partitions.set(partition, { position: writer.position(partition), state: 'reading' });
      read(partition);
    }
    discoveredAt = clock.now();
  };
  const flush = async (last: boolean): Promise<void> => {
    await writer.flush(last);
    waitingSince = undefined;
    progress.version = writer.version;
  };
  const take = (partition: number, pull: Pull | undefined): void => {
    const state = partitions.get(partition)!;
    state.state = pull?.kind === 'end' ? 'ended' : pull?.kind === 'caughtUp' ? 'caughtUp' : 'reading';
    if (pull?.kind === 'end') return;
    if (pull?.kind === 'caughtUp') {
      return calls.ask(
        partition,
        reader.arrival(partition, state.position, signal).then(() => undefined),
      );
    }
    if (pull !== undefined) {
      const decoded = decoder.decode(pull.records);
      writer.add(pull.records, decoded);
      count(progress, pull.records.length, decoded);
      if (pull.records.length > 0) waitingSince ??= clock.now();
      state.position = pull.records.next;
    }
    read(partition);
  };

  await discover();
  while (!signal.aborted) {
    const { rows, bytes } = writer.waiting;
    const flushIn = waitingSince === undefined ? Infinity : waitingSince + limits.ms - clock.now();
    if (rows >= limits.rows || bytes >= limits.bytes || flushIn <= 0) await flush(false);
    if (calls.underWay() === 0 || clock.now() - discoveredAt >= partitionsEveryMs) await discover();
    if (calls.underWay() === 0) break;
    const answer = await calls.next(Math.min(flushIn > 0 ? flushIn : Infinity, partitionsEveryMs), signal);
    if (answer !== undefined) take(answer.partition, answer.value);
  }
  await flush(true);
  return signal.aborted ? 'stopped' : 'end';
}

function count(
  progress: ArchiveProgress,
  records: number,
  decoded: { readonly rejected: readonly unknown[]; readonly repaired: number; readonly repeatedKeys: number },
): void {
  const rejected = decoded.rejected.length;
  progress.ledger.in += records;
  progress.ledger.rejected += rejected;
  progress.ledger.taken += records - rejected;
  progress.repaired += decoded.repaired;
  progress.repeatedKeys += decoded.repeatedKeys;
}

/** An archive of which nothing has happened yet. */
export function archiveProgress(): ArchiveProgress {
  return { ledger: emptyLedger(), repaired: 0, repeatedKeys: 0, partitions: new Map(), version: -1 };
}
