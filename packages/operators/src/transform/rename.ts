import { listText, type Fields, type Flow, type Mode, schema, type Simplify } from '@millrace/core';
import { onUserLine, requireFields, requireFlow, need, requireArguments } from '@millrace/core/operate';
import { type Fresh, requireFresh } from './names.js';
import { project } from './project.js';

/** The fields behind `rename`. */
export type Renamed<F extends Fields, R> = Simplify<{
  [K in keyof F as K extends keyof R ? (R[K] extends string ? R[K] : never) : K]: F[K];
}>;

/**
 * Gives columns other names: `rename({ index: 'index_id' })`. Names may be exchanged in one call.
 *
 * Copies nothing, keeps no state and passes every row on; key and grouping follow the names.
 *
 * @throws MillraceError `MILLRACE_FIELD_MISSING`, `MILLRACE_FIELD_COLLISION`.
 * @example
 * ```ts
 * import { int32, schema, utf8, type Flow } from '@millrace/core';
 * import { rename } from '@millrace/operators';
 *
 * const Pin = schema({ unique_id: utf8, index: int32 });
 * const graph = (pins: Flow<typeof Pin.fields>) => pins.pipe(rename({ index: 'index_id' }));
 * ```
 */
export function rename<F extends Fields, M extends Mode, const R extends { readonly [K in keyof F]?: string }>(
  names: R & { readonly [K in keyof R]: K extends keyof F ? Fresh<Omit<F, keyof R>, R[K] & string> : never },
): (flow: Flow<F, M>) => Flow<Renamed<F, R> extends infer X extends Fields ? X : never, M> {
  requireArguments('rename', "rename({ unique_id: 'id' })", [['names', names, need.options]]);
  return onUserLine((flow) => {
    requireFlow('rename', flow);
    const newNames = new Map(Object.entries(names as { readonly [name: string]: string }));
    requireFields(
      'rename',
      flow.schema,
      Array.from(newNames.keys(), (field) => ({ field, uses: 'renames' })),
    );
    const entries = Object.entries<Fields[string]>(flow.schema.fields);
    const staying: Fields = Object.fromEntries(entries.filter(([name]) => !newNames.has(name)));
    requireFresh('rename', staying, [...newNames.values()]);
    const renamed = (name: string): string => newNames.get(name) ?? name;
    const { key, grouping } = flow.node;
    return project(
      flow,
      {
        operator: 'rename',
        arguments: listText(
          Array.from(newNames, ([from, to]) => `${from}: ${to}`),
          3,
        ),
        schema: schema<Fields>(Object.fromEntries(entries.map(([name, type]) => [renamed(name), type]))) as never,
        ...(key && { key: key.map(renamed) }),
        grouping: grouping && { ...grouping, fields: grouping.fields.map(renamed) },
        needs: (required) => [new Set(entries.map(([name]) => name).filter((name) => required.has(renamed(name))))],
      },
      ({ columns }) => Object.fromEntries(Object.entries(columns).map(([name, column]) => [renamed(name), column])),
    );
  });
}
