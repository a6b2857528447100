import { Subject } from 'rxjs';
import { rowCount, type Batch } from '../batch/batch.js';
import type { RejectedRow } from '../connector/records.js';
import { recordSentences } from '../error/record-codes.js';
import type { OperatorContext, OperatorHooks } from '../flow/hooks.js';
import type { Signal } from '../flow/signal.js';
import { emptyLedger, type LedgerCounts } from '../ledger/ledger.js';
import type { Logger } from '../metrics/logger.js';
import type { PlanNode } from '../plan/node.js';
import { sampledLog } from '../side/sampled-log.js';
import { sideBatch } from '../side/side-record.js';
import { earlyPass } from './early-pass.js';

/** Where the records go that operators put aside; one per task. */
export interface SideOutputs {
  late(node: PlanNode, records: () => Batch): void;
  rejected(node: PlanNode, records: () => Batch): void;
}

/** One operator in one task: its hooks behind the protocol that all share. */
export interface NodeRunner {
  readonly node: PlanNode;
  readonly output: Subject<Signal>;
  readonly ledger: LedgerCounts;
  readonly hooks: OperatorHooks;
  /** A signal of input `input`: the minimum of the inputs' watermarks reaches the hooks, and batches as they come. */
  receive(signal: Signal, input: number): void;
}

/** What a runner has to know of its run. */
export interface RunnerOptions {
  readonly node: PlanNode;
  readonly task: number;
  readonly tasks: number;
  readonly needed: ReadonlySet<string>;
  readonly sides: SideOutputs;
  readonly logger: Logger;
  /** Whether early rows are shown: not in a replay. */
  readonly early?: boolean;
  /** Told that an operator has answers to deliver. */
  readonly answered?: () => void;
  /** Told of every rejection beside the side outputs. */
  readonly onReject?: (rejected: readonly RejectedRow[]) => void;
}

/** Makes the instance of `node` in one task. */
export function nodeRunner(options: RunnerOptions): NodeRunner {
  const { node, task, tasks, needed, sides, logger, onReject } = options;
  const output = new Subject<Signal>();
  const ledger = emptyLedger();
  const watermarks = new Float64Array(Math.max(node.inputs.length, 1)).fill(-Infinity);
  let received = -Infinity;
  let passedOn = -Infinity;

  const fieldsIn = node.inputs[0]?.schema.fields ?? {};
  const log = sampledLog(logger);
  const showEarly = (batch: Batch): void => {
    if (rowCount(batch) > 0) output.next({ kind: 'early', batch });
  };
  const context: OperatorContext = {
    task,
    tasks,
    needed,
    ledger,
    logger,
    emit(batch) {
      if (rowCount(batch) > 0) output.next({ kind: 'batch', batch });
    },
    early: options.early === true && node.early ? showEarly : undefined,
    watermark(time) {
      if (time <= passedOn) return;
      passedOn = time;
      output.next({ kind: 'watermark', time });
    },
    answered: options.answered ?? (() => undefined),
    late(batch, rows) {
      if (rows.length === 0) return;
      log.say('late', node.label, batch, lateReason(rows[0]!), ledger.late, rows.length);
      ledger.late += rows.length;
      sides.late(node, () => sideBatch(batch, node.label, Array.from(rows, lateReason), fieldsIn));
    },
    reject(batch, rejected) {
      if (rejected.length === 0) return;
      log.say('rejected', node.label, batch, rejected[0]!, ledger.rejected, rejected.length);
      ledger.rejected += rejected.length;
      onReject?.(rejected);
      sides.rejected(node, () => sideBatch(batch, node.label, rejected, fieldsIn));
    },
  };
  const hooks = node.create(context);
  const passEarly = context.early === undefined ? undefined : earlyPass(node, context, context.early);

  return {
    node,
    output,
    ledger,
    hooks,
    receive(signal, input) {
      if (signal.kind === 'batch') {
        ledger.in += rowCount(signal.batch);
        hooks.batch(signal.batch, input);
      } else if (signal.kind === 'early') {
        passEarly?.(signal.batch, input);
      } else if (signal.kind === 'watermark') {
        watermarks[input] = signal.time;
        const time = watermarks.reduce((least, each) => Math.min(least, each), Infinity);
        if (time <= received) return;
        received = time;
        if (hooks.watermark === undefined) context.watermark(time);
        else hooks.watermark(time);
      }
    },
  };
}

function lateReason(row: number): RejectedRow {
  const sentence = recordSentences.MILLRACE_LATE({ field: '', got: '', type: '' });
  return { row, code: 'MILLRACE_LATE', field: '', sentence };
}
