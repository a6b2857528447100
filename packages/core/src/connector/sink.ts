import type { Batch } from '../batch/batch.js';
import type { Fields } from '../schema/column-type.js';
import type { Schema } from '../schema/schema.js';
import type { Logger } from '../metrics/logger.js';

/** Whether the rows of a flow add to what came before, or replace the earlier row of their key. */
export type Mode = 'append' | 'upsert';

declare const earlyMark: unique symbol;

/**
 * The mode, as types tell it, of an append flow whose rows are shown early too, before they are final. At run time it is
 * 'append' like any other, and `Flow.node.early` tells.
 */
export type EarlyAppend = 'append' & { readonly [earlyMark]: true };

/**
 * A place that the rows of an output go to. A value without side effects; nothing is connected before `open`.
 *
 * `F` and `M` are what it accepts, contravariantly: a view by `category` takes every flow that has a `category`.
 */
export interface Sink<F, M extends Mode = Mode> {
  readonly name: string;
  /** What it is, for people: `memory view "popularity"`. */
  readonly label: string;
  /**
   * What tells its place from all others, compared item by item: two outputs of a job cannot go to one place. Left out
   * where any number of writers can share it.
   */
  readonly place?: readonly unknown[];
  /** The modes of flows that it can take: a list of rows or a topic takes `append` only. */
  readonly modes: readonly Mode[];
  /** The columns whose values name a row, where the sink keeps one row per key. */
  readonly key: readonly string[] | undefined;
  /**
   * True of a sink that can show early rows (`SinkWriter.writeEarly`): of a keyed one, where a row can be replaced. An
   * output with early rows is refused by all others when the job is defined.
   */
  readonly early?: true;
  /**
   * True of a sink that several processes of a group can write at once: it keeps stages and progress by lineage and
   * `SinkContext.domain`, while the lineage as a whole owns what is shown. Without it one process runs the whole job.
   */
  readonly shared?: true;
  /**
   * Connects, compares what is there with `context.schema`, and removes what earlier owners have staged after
   * `context.restored`.
   *
   * @throws MillraceError before the first record, in one sentence that says what to change.
   */
  open(context: SinkContext): Promise<SinkWriter>;
  /** Never set: carries what it accepts for inference. */
  readonly _accepts?: (fields: F, mode: M) => void;
}

/** What a run tells a sink. */
export interface SinkContext {
  readonly schema: Schema;
  readonly mode: Mode;
  readonly output: string;
  /** The job's name, and the id of its history: a sink belongs to one lineage. */
  readonly job: string;
  readonly lineage: string;
  /**
   * The part of the job whose rows come here, where a group spreads its partitions; left out for the whole job. Each has
   * checkpoints of its own: their numbers say nothing of each other. Only told to a sink with `shared: true`.
   */
  readonly domain?: string;
  /** The number of the checkpoint that the run starts from; −1 at the start of a lineage. */
  readonly restored: number;
  /**
   * The number by which this process became the lineage's owner. The stages of earlier owners are of checkpoints up to it,
   * those of later ones of higher checkpoints, and they have a higher epoch: whoever may have been overtaken by one, and
   * that is anybody at any moment, must not touch those.
   */
  readonly epoch: number;
  /** `replace`: build the result aside, and swap it for what is there at the last publish (`Publication.final`). */
  readonly publish: 'append' | 'replace';
  readonly logger: Logger;
}

/**
 * An open sink: stage, commit, publish (law 4). Between two seals the driver calls `write`; after `seal(n)` it calls
 * `stage(n)`, commits checkpoint n, and calls `publish`. At most one sealed stage is unpublished at a time. Writes of
 * stage n + 1 go on while stage n is staged and published.
 */
export interface SinkWriter {
  /** The number of the last checkpoint of this lineage that is visible; −1 where none is. */
  published(): Promise<number>;
  /** Takes rows. Must not fail for want of room, nor make anything visible. The batch may be kept: it never changes. */
  write(batch: Batch): void;
  /**
   * Shows early rows: what the rows of windows that are still open would be if nothing more came. Only of a sink with
   * `early: true`, and never called in a replay. Early rows are a layer of their own over the final ones:
   *
   * - Visible as soon as can be, marked (`early: true`) and only to a reader that asks for them. They belong to no stage
   *   and no checkpoint, and nothing waits for them: not `room`, `seal`, `stage` or `publish`. It must not block, and
   *   should not throw; a row that cannot be shown is given up, as the next one says more.
   * - One per key, the greatest in (time, order); of equals the one that came last. So memory is bounded by the keys, not
   *   by the number of calls, also while a server is away: keep the last row per key that is still to be sent.
   * - Never over a final row of the key whose (time, order) is the same or greater: compare when they are read, or when
   *   either is written, and in one step with it. A final one that is published replaces it.
   * - When a checkpoint is published, those with a time below the watermark of its `seal` are gone: their finals are
   *   visible, or will never come (a `where` has left them out). Not before: until then they are what is known.
   * - They belong to an owner (`SinkContext.lineage` and `epoch`). `open` throws away those of others, unless they are of a
   *   later owner of the lineage; what an owner writes that was followed by a later one has no effect; `close` throws
   *   away its own.
   * - With `publish: 'replace'` none are shown: what is built aside is not to be seen.
   */
  writeEarly?(batch: Batch): void;
  /**
   * Asked before each pull. Undefined while there is room. A promise where room comes by itself: what to wait for.
   * `'stage'` where only a checkpoint makes room, because what was written since the last seal is as much as the sink will
   * hold in memory: one is begun at once, however long it is until the next is due, and nothing is pulled before. With
   * nothing written since the last seal it may say so only until that stage is published.
   */
  room(): Room;
  /**
   * Cuts: rows written so far belong to stage `checkpoint`. Synchronous. No row with a time below `watermark` (−∞ where it
   * is left out) is still to come: it settles early rows, once the checkpoint is published.
   */
  seal(checkpoint: number, watermark?: number): void;
  /** Makes the sealed stage durable and invisible; what it returns (plain JSON) is kept in the manifest. */
  stage(checkpoint: number): Promise<Staged>;
  /** Makes the stage visible. Idempotent: also called on recovery, for a stage that may be visible already. */
  publish(publication: Publication): Promise<void>;
  /** Frees everything; what is not published stays invisible. */
  close(): Promise<void>;
}

/** What a sink answers when it is asked for room (`SinkWriter.room`). */
export type Room = Promise<void> | 'stage' | undefined;

/** What a sink wrote aside for one checkpoint, as JSON: file names, say. Null where nothing was written. */
export type Staged = { readonly [key: string]: JsonValue } | null;

/** A JSON value. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** The order to make a stage visible. */
export interface Publication {
  readonly checkpoint: number;
  readonly staged: Staged;
  /** Whether the run ends with it: with `publish: 'replace'` the moment to swap. */
  readonly final: boolean;
}

/** A sink for rows with at least the fields `K`. */
export type KeyedSink<K extends string> = Sink<{ readonly [P in K]: Fields[string] }>;
