import { rowCount, type Batch } from '../batch/batch.js';
import type { OperatorContext, OperatorHooks } from './hooks.js';

/** What an operator asks outside of the run, and what it does with the answers. */
export interface AnswersOptions<A> {
  /** How many batches may wait at once: no more are pulled meanwhile, and so much is held in memory. */
  readonly batches: number;
  /** Asks for what a batch needs. A rejection ends the run. */
  readonly ask: (batch: Batch) => Promise<A>;
  /** Makes of a batch and its answer what comes out: counts every row in the ledger, and emits. */
  readonly answered: (batch: Batch, answer: A) => void;
}

type Waiting<A> =
  | { readonly kind: 'watermark'; readonly time: number }
  | { readonly kind: 'batch'; readonly batch: Batch; outcome: Outcome<A> | undefined };

type Outcome<A> = { readonly answer: A } | { readonly error: unknown };

/**
 * The hooks of an operator that asks outside of the run: several batches wait side by side, and come out in the order in
 * which they came, the watermarks between them in their places. Rows that wait are counted as pending. Nothing of it is
 * state: the driver cuts a checkpoint when every answer is there and handed on.
 */
export function answersInOrder<A>(
  context: OperatorContext,
  { batches, ask, answered }: AnswersOptions<A>,
): Pick<OperatorHooks, 'batch' | 'watermark' | 'answers' | 'close'> {
  const { ledger } = context;
  let waiting: Waiting<A>[] = [];
  let underWay = 0;

  function handOn(first: Waiting<A>): void {
    if (first.kind === 'watermark') return context.watermark(first.time);
    const { batch, outcome } = first;
    underWay--;
    ledger.pending -= rowCount(batch);
    if ('error' in outcome!) throw outcome.error;
    answered(batch, outcome!.answer);
  }

  return {
    batch(batch) {
      if (rowCount(batch) === 0) return;
      const own: Waiting<A> = { kind: 'batch', batch, outcome: undefined };
      waiting.push(own);
      underWay++;
      ledger.pending += rowCount(batch);
      const done = (outcome: Outcome<A>): void => {
        own.outcome = outcome;
        if (waiting[0] === own) context.answered();
      };
      ask(batch).then(
        (answer) => done({ answer }),
        (error: unknown) => done({ error }),
      );
    },
    watermark(time) {
      if (waiting.length === 0) context.watermark(time);
      else waiting.push({ kind: 'watermark', time });
    },
    answers: {
      get underWay() {
        return underWay;
      },
      get full() {
        return underWay >= batches;
      },
      deliver() {
        for (;;) {
          const [first] = waiting;
          if (first === undefined || (first.kind === 'batch' && first.outcome === undefined)) return;
          waiting.shift();
          handOn(first);
        }
      },
    },
    close() {
      waiting = [];
    },
  };
}
