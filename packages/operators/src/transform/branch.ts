import { bool, type Fields, type Flow, int32, type Row, type Schema, schema } from '@millrace/core';
import {
  onUserLine,
  type Int32Column,
  operate,
  requireFlow,
  select,
  selectedRows,
  valueProblem,
  need,
  optionsOf,
  requireArguments,
} from '@millrace/core/operate';
import { requireFunction, rowFunction, type RowFunctionOptions } from './row-function.js';
import { requireAppendRows } from './rows.js';

/**
 * Splits a flow by predicates: a row goes to the first whose predicate is true. Gives a flow per name.
 *
 * A row that matches none is counted as filtered; in each flow so are those that went elsewhere. A row on which a
 * predicate throws or gives no boolean is rejected (`onError: 'fail'` ends the run instead). Keeps no state and the order
 * of rows. Takes append flows only.
 *
 * @throws MillraceError `MILLRACE_MODE_UNFIT` on an upsert flow, `MILLRACE_OPTION_INVALID`.
 * @example
 * ```ts
 * import { schema, utf8, type Flow } from '@millrace/core';
 * import { branch } from '@millrace/operators';
 *
 * const Post = schema({ kind: utf8, body: utf8 });
 * const graph = (posts: Flow<typeof Post.fields>) =>
 *   posts.pipe(branch({ images: (post) => post.kind === 'image', others: () => true })); // { images, others }
 * ```
 */
export function branch<F extends Fields, N extends string>(
  predicates: { readonly [K in N]: (row: Row<F>) => boolean },
  options: RowFunctionOptions = {},
): (flow: Flow<F>) => { readonly [K in N]: Flow<F> } {
  requireArguments('branch', 'branch({ popular: (pin) => pin.likes > 100, others: () => true })', [
    ['predicates', predicates, need.options],
    ['options', options, optionsOf('onError')],
  ]);
  return onUserLine((flow) => {
    requireFlow('branch', flow);
    requireAppendRows('branch', flow);
    const names = Object.keys(predicates) as N[];
    const numbered = numberRows(
      flow,
      names.map((name) => [name, predicates[name]]),
      options,
    );
    return Object.fromEntries(names.map((name, number) => [name, only(numbered, flow.schema, name, number)])) as {
      readonly [K in N]: Flow<F>;
    };
  });
}

/** The flow with the number of each row's branch as a column, under a name that no field has. */
interface Numbered {
  readonly flow: Flow<Fields>;
  readonly column: string;
}

// Predicates are asked once per row, and not once per branch that a row does not go to.
function numberRows<F extends Fields>(
  flow: Flow<F>,
  predicates: readonly (readonly [string, (row: Row<F>) => boolean])[],
  options: RowFunctionOptions,
): Numbered {
  let column = '#branch';
  while (Object.hasOwn(flow.schema.fields, column)) column = `#${column}`;
  for (const [name, predicate] of predicates) requireFunction(`branch({ ${name} })`, predicate);
  const rows = rowFunction('branch', flow, '', predicates[0]?.[1], options);
  const numbered = operate<Fields, 'append'>(flow, {
    operator: 'branch',
    arguments: predicates.map(([name]) => name).join(', '),
    schema: schema<Fields>({ ...flow.schema.fields, [column]: int32 }),
    create(context) {
      const eachRow = rows(context);
      return {
        batch(batch) {
          const numbers = new Int32Array(batch.length).fill(-1);
          const decided = eachRow(batch, (row, at) => {
            for (let number = 0; number < predicates.length; number++) {
              const matches = predicates[number]![1](row);
              const problem = valueProblem(bool, matches);
              if (problem !== undefined) return { field: '', problem };
              if (!matches) continue;
              numbers[at] = number;
              break;
            }
            return undefined;
          });
          const matched = decided.filter((row) => numbers[row] !== -1);
          context.ledger.taken += matched.length;
          context.ledger.filtered += decided.length - matched.length;
          const columns = {
            ...batch.columns,
            [column]: { layout: 'int32' as const, values: numbers, validity: undefined },
          };
          context.emit({ ...batch, columns, selection: matched });
        },
      };
    },
  });
  return { flow: numbered, column };
}

function only<F extends Fields>({ flow, column }: Numbered, made: Schema<F>, name: string, number: number): Flow<F> {
  return operate<F, 'append'>(flow, {
    operator: 'branch',
    arguments: name,
    schema: made,
    needs: (required) => [new Set([...required, column])],
    create: (context) => ({
      batch(batch) {
        const { [column]: numbers, ...columns } = batch.columns;
        const { values } = numbers as Int32Column;
        const rows = selectedRows(batch);
        const matching = rows.filter((row) => values[row] === number);
        context.ledger.taken += matching.length;
        context.ledger.filtered += rows.length - matching.length;
        context.emit(select({ ...batch, columns }, matching));
      },
    }),
  });
}
