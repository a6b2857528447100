import { type Fields, type Flow, millraceError, type Mode, type Row } from '@millrace/core';
import {
  type Batch,
  type OperatorContext,
  errorEntries,
  placeOf,
  type RejectedRow,
  rowReader,
  selectedRows,
  userLine,
  need,
  optional,
  requireArguments,
} from '@millrace/core/operate';
import { without } from './rows.js';

// The escape hatch behind mapRows, where, withColumn and branch: a function of the user over plain rows. It is pure, so
// that a row which it refuses live is the row which it refuses in a replay.

/** What becomes of a row on which a function throws: put aside as rejected (the default), or the end of the run. */
export interface RowFunctionOptions {
  readonly onError?: 'reject' | 'fail';
}

/** A value that a function gave and that does not fit, by the field that it was for. */
export interface ValueProblem {
  readonly field: string;
  readonly problem: string;
}

/**
 * Calls `call` with each row of a batch and its physical number, in order; gives the rows on which it neither threw nor
 * found a value that does not fit. The others are rejected, or fail the run.
 */
export type EachRow<F extends Fields> = (
  batch: Batch,
  call: (row: Row<F>, at: number) => ValueProblem | undefined,
) => Int32Array;

/** Settles, when the graph is built, how an operator calls its function; `field` is the one that it computes, if any. */
export function rowFunction<F extends Fields, M extends Mode>(
  operator: string,
  flow: Flow<F, M>,
  field: string,
  call: unknown,
  options: RowFunctionOptions,
): (context: OperatorContext) => EachRow<F> {
  requireFunction(operator, call);
  const fails = failsOnError(operator, flow.mode, options.onError);
  const where = userLine();
  const { fields } = flow.schema;
  const names = Object.keys(fields);

  const thrown = (batch: Batch, row: number, cause: unknown): RejectedRow => {
    const { partition, offset } = placeOf(batch, row);
    const data = { operator, partition, offset, fields: names };
    if (fails) throw millraceError('MILLRACE_ROW_FUNCTION', data, { cause, where });
    const sentence = errorEntries.MILLRACE_ROW_FUNCTION.sentence(data);
    return { row, code: 'MILLRACE_ROW_FUNCTION', field, sentence };
  };
  const unfit = (row: number, problem: ValueProblem): RejectedRow => {
    const data = { operator, ...problem };
    if (fails) throw millraceError('MILLRACE_VALUE_UNFIT', data, { where });
    const sentence = errorEntries.MILLRACE_VALUE_UNFIT.sentence(data);
    return { row, code: 'MILLRACE_VALUE_UNFIT', field: problem.field, sentence };
  };

  return (context) => {
    const read = rowReader(fields);
    return (batch, call) => {
      const rowAt = read(batch);
      const rows = selectedRows(batch);
      const rejected: RejectedRow[] = [];
      for (const at of rows) {
        let problem: ValueProblem | undefined;
        try {
          problem = call(rowAt(at), at);
        } catch (cause) {
          rejected.push(thrown(batch, at, cause));
          continue;
        }
        if (problem !== undefined) rejected.push(unfit(at, problem));
      }
      context.reject(batch, rejected);
      return without(rows, rejected);
    };
  };
}

/** Refuses, when the graph is built, what cannot be called with a row. */
export function requireFunction(operator: string, call: unknown): void {
  if (typeof call === 'function') return;
  throw millraceError('MILLRACE_OPTION_INVALID', {
    subject: operator,
    option: 'its function',
    problem: `is ${call === null ? 'null' : typeof call}`,
    fix: 'Give it a function of a row: (row) => ….',
  });
}

// A rejected row of an upsert flow would leave the row that it replaces, so that there a function may only fail.
function failsOnError(operator: string, mode: Mode, onError: unknown): boolean {
  requireArguments(operator, "onError: 'reject'", [['onError', onError, optional(need.text)]]);
  if (onError !== undefined && onError !== 'reject' && onError !== 'fail') {
    throw millraceError('MILLRACE_OPTION_INVALID', {
      subject: operator,
      option: 'onError',
      problem: `is ${JSON.stringify(onError)}`,
      fix: "Write onError: 'reject' or onError: 'fail'.",
    });
  }
  if (mode === 'append') return onError === 'fail';
  if (onError !== 'reject') return true;
  throw millraceError('MILLRACE_MODE_UNFIT', {
    operator,
    mode,
    problem: "with onError: 'reject' the earlier row of a key would stay",
    fix: 'Leave onError out: on an upsert flow a function that throws fails the run.',
  });
}
