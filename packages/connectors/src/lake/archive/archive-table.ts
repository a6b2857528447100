import { need, optional, requireArguments } from '@millrace/core/connector';
import { type Fields, millraceError, type Schema, type Source } from '@millrace/core';
import { type LakeTable, type TablePlace, tablePlace } from '../table-place.js';
import { checkFieldNames } from './layout.js';
import { openReplay } from './replay-reader.js';

/** Options of a table that archives a topic. */
export interface ArchiveTableOptions<F> {
  /** The field that decides the partition of a record, as the topic declares it. The table keeps it, and compares. */
  readonly keyedBy?: keyof F & string;
}

/** A table that archives a topic: the target of `archive`, and the source of a replay. */
export interface ArchiveTable<F extends Fields = Fields> extends Source<F>, LakeTable {}

/** Makes the handle of an archive; nothing is opened. */
export function archiveTable<F extends Fields>(
  place: TablePlace,
  schema: Schema<F>,
  { keyedBy }: ArchiveTableOptions<F>,
): ArchiveTable<F> {
  const { name, label } = place;
  requireArguments('table', "table('pins', Pin, { keyedBy: 'id' })", [['keyedBy', keyedBy, optional(need.text)]]);
  checkFieldNames(label, schema);
  const fields = Object.keys(schema.fields);
  if (keyedBy !== undefined && !fields.includes(keyedBy)) {
    throw millraceError('MILLRACE_FIELD_MISSING', { operator: label, uses: 'is keyed by', field: keyedBy, fields });
  }
  return {
    schema,
    name,
    label,
    keyedBy,
    bounded: true,
    open: async (context) => openReplay(await place.folder(), schema, keyedBy, context),
    [tablePlace]: place,
  };
}
