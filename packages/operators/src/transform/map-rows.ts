import {
  type Fields,
  type Flow,
  fieldsText,
  millraceError,
  type Mode,
  type Row,
  type Schema,
  schema as checked,
} from '@millrace/core';
import {
  onUserLine,
  type Batch,
  columnOf,
  encodeKeys,
  type Grouping,
  operate,
  requireFlow,
  valueProblem,
  having,
  optionsOf,
  requireArguments,
} from '@millrace/core/operate';
import { rowFunction, type RowFunctionOptions, type ValueProblem } from './row-function.js';

/**
 * Makes another row of each row, by a pure function from plain object to plain object.
 *
 * A row on which it throws, or one of whose values does not fit the schema, is rejected (`onError: 'fail'` ends the run
 * instead; on an upsert flow nothing else is possible, and the fields of its key must stay as they are). Fields that the
 * schema does not name are left out. Keeps no state, the order of rows and the event time that they have; the grouping
 * of a keyed source ends here.
 *
 * @throws MillraceError `MILLRACE_SCHEMA_INVALID`; `MILLRACE_MODE_UNFIT` where a field of an upsert flow's key is missing.
 * @example
 * ```ts
 * import { int32, schema, utf8, type Flow } from '@millrace/core';
 * import { mapRows } from '@millrace/operators';
 *
 * const RawGeo = schema({ ind: int32, latitude: utf8, longitude: utf8 });
 * const Geo = schema({ ind: int32, coordinates: utf8 });
 * const graph = (geos: Flow<typeof RawGeo.fields>) =>
 *   geos.pipe(mapRows(Geo, ({ ind, latitude, longitude }) => ({ ind, coordinates: `${latitude},${longitude}` })));
 * ```
 */
export function mapRows<F extends Fields, M extends Mode, O extends Fields>(
  schema: Schema<O>,
  map: (row: Row<F>) => Row<NoInfer<O>>,
  options: RowFunctionOptions = {},
): (flow: Flow<F, M>) => Flow<O, M> {
  requireArguments('mapRows', 'mapRows(Likes, (pin) => ({ … }))', [
    ['schema', schema, having('a schema', 'fields')],
    ['options', options, optionsOf('onError')],
  ]);
  return onUserLine((flow) => {
    requireFlow('mapRows', flow);
    const made = checked((schema as Partial<Schema<O>> | undefined)?.fields ?? ({} as O));
    const { key = [] } = flow.node;
    requireKey(key, flow.schema.fields, made.fields);
    const rows = rowFunction('mapRows', flow, '', map, options);
    const fields = Object.entries(made.fields);
    return operate<O, M>(flow, {
      operator: 'mapRows',
      schema: made,
      grouping: ungrouped(flow.node.grouping),
      create(context) {
        const eachRow = rows(context);
        const wanted = new Set([...context.needed, ...key]);
        return {
          batch(batch) {
            const values = fields.map(() => new Array<unknown>(batch.length));
            const kept = eachRow(batch, (row, at) => writeRow(fields, values, map(row), at));
            const columns = Object.fromEntries(
              fields.flatMap(([name, type], i) => (wanted.has(name) ? [[name, columnOf(type, values[i]!)]] : [])),
            );
            const mapped: Batch = { ...batch, columns, selection: kept.length === batch.length ? undefined : kept };
            if (key.length > 0) requireSameKeys(batch, mapped, key, flow.schema, kept);
            context.ledger.taken += kept.length;
            context.emit(mapped);
          },
        };
      },
    });
  });
}

function writeRow(
  fields: readonly (readonly [string, Fields[string]])[],
  values: readonly unknown[][],
  made: unknown,
  at: number,
): ValueProblem | undefined {
  if (typeof made !== 'object' || made === null) return { field: '', problem: 'is no object' };
  const row = made as { readonly [name: string]: unknown };
  for (const [name, type] of fields) {
    const problem = valueProblem(type, row[name]);
    if (problem !== undefined) return { field: name, problem };
  }
  fields.forEach(([name], i) => (values[i]![at] = row[name]));
  return undefined;
}

// Behind an exchange without fields all rows are in one group, whatever becomes of their fields.
function ungrouped(grouping: Grouping | undefined): Grouping | undefined {
  return grouping?.fields.length === 0 ? grouping : undefined;
}

function requireKey(key: readonly string[], before: Fields, after: Fields): void {
  const typeIn = (fields: Fields, name: string): string => {
    const type = fields[name];
    return type === undefined ? '' : fieldsText({ [name]: type });
  };
  const lost = key.filter((name) => typeIn(before, name) !== typeIn(after, name));
  if (lost.length === 0) return;
  throw millraceError('MILLRACE_MODE_UNFIT', {
    operator: 'mapRows',
    mode: 'upsert',
    problem: `its schema lacks ${lost.join(', ')} of the key that names its rows`,
    fix: `Keep ${key.join(', ')} as they are, or put mapRows before the aggregate.`,
  });
}

function requireSameKeys(before: Batch, after: Batch, key: readonly string[], schema: Schema, rows: Int32Array): void {
  const a = encodeKeys(before, key, schema);
  const b = encodeKeys(after, key, schema);
  for (const row of rows) {
    const start = a.offsets[row]!;
    const length = a.offsets[row + 1]! - start;
    const other = b.offsets[row]!;
    let same = b.offsets[row + 1]! - other === length;
    for (let i = 0; same && i < length; i++) same = a.bytes[start + i] === b.bytes[other + i];
    if (same) continue;
    throw millraceError('MILLRACE_MODE_UNFIT', {
      operator: 'mapRows',
      mode: 'upsert',
      problem: `its function changed ${key.join(', ')}, which name the row that is replaced`,
      fix: 'Give the fields of the key as they came.',
    });
  }
}
