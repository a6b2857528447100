import type { Subject } from 'rxjs';
import type { JsonValue, Mode } from '../connector/sink.js';
import type { OperatorContext, OperatorHooks } from '../flow/hooks.js';
import type { Signal } from '../flow/signal.js';
import type { ColumnType } from '../schema/column-type.js';
import type { Schema } from '../schema/schema.js';
import type { Reference } from './reference.js';

/**
 * One operator of a plan, with all that is settled when the graph is built. Plans are trees of these through `inputs`;
 * needed columns, exchanges, state names and drawings are pure functions of them. A node holds no state of any run.
 */
export interface PlanNode {
  readonly role: 'source' | 'operator' | 'exchange' | 'late' | 'rejected';
  /** The operator's name, as the user calls it: `dedup`. */
  readonly operator: string;
  /** The operator with its main arguments: `dedup(unique_id)`. Also the last part of its state's name. */
  readonly label: string;
  /** What drawings show beside the label. */
  readonly details: { readonly [option: string]: JsonValue };
  readonly inputs: readonly PlanNode[];
  readonly schema: Schema;
  readonly mode: Mode;
  /** The columns that name a row; only of an upsert flow. */
  readonly key: readonly string[] | undefined;
  /** Whether batches carry event time. */
  readonly timed: boolean;
  /** Whether rows are still in the order of their source partition, so that lateness can be decided. */
  readonly sourceOrdered: boolean;
  /** The types of the order columns of its batches. */
  readonly order: readonly ColumnType[];
  readonly grouping: Grouping | undefined;
  readonly state: StateDeclaration | undefined;
  /** Only of `eventTime`: its name in the time log. */
  readonly timeName: string | undefined;
  /**
   * Whether early rows come out of it: those that it shows itself, or, of an operator without state, those that its
   * inputs carry. They end at exchanges and at operators with state.
   */
  readonly early: boolean;
  /** Whether it looks at keys, headers, broker times or raw values of records. */
  readonly metadata: boolean;
  /** The user's line that made it. */
  readonly where: string | undefined;
  /** The columns it needs of each input so that it can give `required`. */
  needs(required: ReadonlySet<string>): readonly ReadonlySet<string>[];
  /** Makes the instance of one task. */
  create(context: OperatorContext): OperatorHooks;
  /** Fails, before the first record, where what it asks outside of the run cannot be had or does not fit. */
  readonly ready: (() => Promise<void>) | undefined;
  /** The definition of its result over all rows at once, where it has one of its own. */
  readonly reference: (() => Promise<Reference>) | undefined;
  /** Carries the signals of all tasks of a run to whoever subscribed to the flow. */
  readonly tap: Subject<Signal>;
}

/**
 * By which fields equal rows are sure to meet in the same task: by a source that is partitioned so, or by an exchange.
 * Without fields behind an exchange all rows are in one group.
 */
export interface Grouping {
  readonly by: 'source' | 'exchange';
  readonly fields: readonly string[];
}

/** That an operator keeps state, and what a later version must find the same to go on with it. */
export interface StateDeclaration {
  /** The name that the user gave it; else `output/label`. */
  readonly name: string | undefined;
  /** Options that its meaning depends on, as text: compared with the checkpoint's before a run. */
  readonly format: string;
}
