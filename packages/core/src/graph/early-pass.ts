import type { Batch } from '../batch/batch.js';
import type { OperatorContext } from '../flow/hooks.js';
import { emptyLedger } from '../ledger/ledger.js';
import type { Logger } from '../metrics/logger.js';
import type { PlanNode } from '../plan/node.js';
import { isMillraceError } from '../error/millrace-error.js';

/** Takes an early batch through an operator. */
export type EarlyPass = (batch: Batch, input: number) => void;

/**
 * The way of early rows through an operator without state: a second instance of it, whose counts nobody reads and whose
 * late and rejected rows go nowhere. So nothing that an early row meets can touch what becomes of a final one. Undefined
 * for an operator with state, where early rows end.
 */
export function earlyPass(
  node: PlanNode,
  context: OperatorContext,
  early: (batch: Batch) => void,
): EarlyPass | undefined {
  if (node.state !== undefined) return undefined;
  const nothing = (): void => undefined;
  const hooks = node.create({
    ...context,
    ledger: emptyLedger(),
    emit: early,
    watermark: nothing,
    late: nothing,
    reject: nothing,
  });
  const show = withoutFailing(node.label, context.logger);
  return (batch, input) => show(() => hooks.batch(batch, input));
}

/**
 * Does what belongs to early rows. An error ends a run because a final row would be missing or wrong; an early row that
 * cannot be made is only not shown, since the final one may well be fine. The first is said in the log.
 */
export function withoutFailing(operator: string, logger: Logger): (action: () => void) => void {
  let said = false;
  return (action) => {
    try {
      action();
    } catch (error) {
      if (said) return;
      said = true;
      const code = isMillraceError(error) ? error.code : undefined;
      logger.warn({ operator, code }, 'Early rows could not be made and are not shown; final ones are not touched.');
    }
  };
}
