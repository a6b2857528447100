import { randomUUID } from 'node:crypto';
import type { Batch, Fields } from '@millrace/core';
import { rankBytes, selectedRows } from '@millrace/core/connector';
import { sendingQueue } from '../staging/sending-queue.js';
import { keyReader, textReader } from './column-sql.js';
import type { Database, Session } from './database.js';

// A stage goes to the server while it is written, so that a long checkpoint takes no more memory than a short one. Its
// rows lie in `millrace.staged` as texts, under an id that nobody else has: what a process that was taken over still
// writes is in another stage.

const rowsPerStatement = 1000;

// In UTF-16 units of text, for rows that are large: a megabyte each, say.
const unitsPerStatement = 2 * 1024 * 1024;
const unitsUnsentMax = 8 * 1024 * 1024;
/** What a row takes in memory beside its texts: many small rows are as much as few large ones. */
const unitsOfRow = 400;

/** The rows of one checkpoint, on their way into `millrace.staged`. */
export interface Stage {
  readonly id: string;
  /** Keeps the rows of a batch, and sends them when there are enough. */
  add(batch: Batch): void;
  /** Undefined while there is room; rejects where rows could not be sent. */
  room(): Promise<void> | undefined;
  /** Sends what is left, and resolves to the number of rows that were sent; rejects where any could not be. */
  finish(): Promise<number>;
}

/** Whose stage it is. */
export interface StageOwner {
  readonly place: string;
  readonly lineage: string;
  readonly epoch: number;
  readonly checkpoint: number;
  readonly fields: Fields;
  readonly key: readonly string[] | undefined;
}

interface StagedRow {
  readonly row: string;
  readonly key: string | null;
  readonly rank: Uint8Array | null;
  /** What it takes in memory, in UTF-16 units. */
  readonly units: number;
}

/** A new stage. */
export function stageOf(database: Database, owner: StageOwner): Stage {
  const id = randomUUID();
  let waiting: StagedRow[] = [];
  let waitingUnits = 0;
  let given = 0;
  const queue = sendingQueue(unitsUnsentMax);

  function send(): void {
    const rows = owner.key === undefined ? waiting : latest(waiting);
    waiting = [];
    waitingUnits = 0;
    for (const part of statementsOf(rows)) {
      const first = given;
      given += part.length;
      queue.add(unitsOf(part), () => database.transaction((session) => insert(session, owner, id, first, part)));
    }
  }

  return {
    id,
    add(batch) {
      const rows = stagedRows(batch, owner);
      for (const row of rows) waiting.push(row);
      waitingUnits += unitsOf(rows);
      if (waiting.length >= rowsPerStatement || waitingUnits >= unitsPerStatement) send();
    },
    room: () => queue.room(),
    async finish() {
      send();
      await queue.sent();
      return given;
    },
  };
}

function unitsOf(rows: readonly StagedRow[]): number {
  return rows.reduce((sum, { units }) => sum + units, 0);
}

/** What one statement each inserts: a row at least, however large. */
function* statementsOf(rows: readonly StagedRow[]): Generator<readonly StagedRow[]> {
  let from = 0;
  let units = 0;
  for (let to = 0; to < rows.length; to++) {
    const isFull = to - from >= rowsPerStatement || units + rows[to]!.units > unitsPerStatement;
    if (isFull && to > from) {
      yield rows.slice(from, to);
      [from, units] = [to, 0];
    }
    units += rows[to]!.units;
  }
  if (from < rows.length) yield rows.slice(from);
}

// Of rows that are sent together only the last one of a key in (time, order) is needed, the later one where they are equal.
function latest(rows: readonly StagedRow[]): readonly StagedRow[] {
  const byKey = new Map<string, StagedRow>();
  for (const row of rows) {
    const before = byKey.get(row.key!);
    if (before === undefined || Buffer.compare(row.rank!, before.rank!) >= 0) byKey.set(row.key!, row);
  }
  return [...byKey.values()];
}

function stagedRows(batch: Batch, { fields, key }: StageOwner): StagedRow[] {
  const readers = Object.entries(fields).map(([name, type]) => textReader(type, batch.columns[name]!));
  const keyReaders = key?.map((name) => keyReader(fields[name]!, batch.columns[name]!));
  const rows = selectedRows(batch);
  const ranks = key === undefined ? undefined : rankBytes(batch.time!, batch.order, rows);
  return Array.from(rows, (at, i) => {
    const row = arrayText(readers.map((read) => read(at)));
    const key = keyReaders === undefined ? null : JSON.stringify(keyReaders.map((read) => read(at)));
    return { row, key, rank: ranks?.[i] ?? null, units: unitsOfRow + row.length + (key?.length ?? 0) };
  });
}

function arrayText(values: readonly (string | null)[]): string {
  const items = values.map((value) => (value === null ? 'NULL' : `"${value.replaceAll(/["\\]/g, '\\$&')}"`));
  return `{${items.join(',')}}`;
}

// Asked twice, where the answer was lost, it inserts once. One parameter per column: their number is limited, rows are not.
async function insert(
  session: Session,
  { place, lineage, epoch, checkpoint }: StageOwner,
  id: string,
  first: number,
  rows: readonly StagedRow[],
): Promise<void> {
  await session.query(
    `INSERT INTO millrace.staged (place, lineage, epoch, checkpoint, stage, n, key, rank, row)
     SELECT $1, $2, $3, $4, $5, t.n, t.key, decode(t.rank, 'hex'), t.row::text[]
     FROM unnest($6::integer[], $7::text[], $8::text[], $9::text[]) AS t(n, key, rank, row) ON CONFLICT DO NOTHING`,
    [
      place,
      lineage,
      epoch,
      checkpoint,
      id,
      rows.map((_, i) => first + i),
      rows.map(({ key }) => key),
      rows.map(({ rank }) => (rank === null ? null : Buffer.from(rank).toString('hex'))),
      rows.map(({ row }) => row),
    ],
  );
}
