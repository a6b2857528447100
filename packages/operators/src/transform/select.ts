import { listText, type Fields, type Flow, millraceError, type Mode, schema, type Simplify } from '@millrace/core';
import { onUserLine, requireFields, requireFlow, need, requireArguments } from '@millrace/core/operate';
import { project } from './project.js';

/** The fields behind `select`. */
export type Selected<F extends Fields, K extends keyof F> = Simplify<{ [P in K]: F[P] }>;

/**
 * Keeps the named columns, in the order of the names.
 *
 * Copies nothing, keeps no state and passes every row on. The fields of an upsert flow's key must be among the names.
 *
 * @throws MillraceError `MILLRACE_FIELD_MISSING`; `MILLRACE_MODE_UNFIT` where a field of the key is left out.
 * @example
 * ```ts
 * import { int32, schema, utf8, type Flow } from '@millrace/core';
 * import { select } from '@millrace/operators';
 *
 * const Pin = schema({ unique_id: utf8, index: int32, title: utf8 });
 * const graph = (pins: Flow<typeof Pin.fields>) => pins.pipe(select('title', 'unique_id'));
 * ```
 */
export function select<F extends Fields, M extends Mode, K extends keyof F & string>(
  ...names: readonly [K, ...(readonly K[])]
): (flow: Flow<F, M>) => Flow<Selected<F, K> extends infer X extends Fields ? X : never, M> {
  requireArguments('select', "select('unique_id', 'category')", [['fields', names, need.texts]]);
  return onUserLine((flow) => {
    requireFlow('select', flow);
    requireFields(
      'select',
      flow.schema,
      names.map((field) => ({ field, uses: 'takes' })),
    );
    const { key = [], grouping } = flow.node;
    const selected: readonly string[] = names;
    const lost = key.filter((name) => !selected.includes(name));
    if (lost.length > 0) {
      throw millraceError('MILLRACE_MODE_UNFIT', {
        operator: 'select',
        mode: 'upsert',
        problem: `it leaves out ${lost.join(', ')} of the key that names its rows`,
        fix: `Take ${lost.join(', ')} as well.`,
      });
    }
    const given: Fields = flow.schema.fields;
    const fields = Object.fromEntries(names.map((name) => [name, given[name]!]));
    return project(
      flow,
      {
        operator: 'select',
        arguments: listText(names, 3),
        schema: schema(fields) as never,
        // A later column may take the name of one that is left out.
        grouping: grouping?.fields.every((name) => selected.includes(name)) ? grouping : undefined,
        needs: (required) => [required],
      },
      ({ columns }) =>
        Object.fromEntries(names.filter((name) => Object.hasOwn(columns, name)).map((name) => [name, columns[name]!])),
    );
  });
}
