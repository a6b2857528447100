import { valueAt } from '../batch/rows.js';
import { jsonDecoder } from '../decode/json-decoder.js';
import type { ColumnType } from '../schema/column-type.js';
import { recordsOf } from './records-of.js';

/** Reads values of a type from the texts that `jsonText` writes for them. To be made once for many values. */
export function jsonReader(type: ColumnType): (text: string) => unknown {
  const decoder = jsonDecoder({ fields: { value: type } }, new Set(['value']));
  return (text) => valueAt(type, decoder.decode(recordsOf(0, [`{"value":${text}}`])).columns['value']!, 0);
}
