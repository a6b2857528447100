import { jsonDecoder, keyBytes, recordsOf, valueAt, type RejectedRow } from '@millrace/core/connector';
import type { IngestedRecord, IngestionRoute } from './options.js';
import { isList, listItems } from './list-items.js';

/** The records of a body, or what keeps them from being rows of the schema, or that they are too many for one post. */
export type Posted =
  | { readonly records: readonly IngestedRecord[] }
  | { readonly tooMany: number }
  | { readonly rejected: readonly RejectedRow[]; readonly isList: boolean };

const utf8 = new TextEncoder();

/**
 * Reads bodies of one path: one record, or a list of them. What is decoded here is decoded again by whoever reads the
 * topic, by the same rules; the bytes go on as they came.
 */
export function recordsReader({ topic, key = topic.keyedBy }: IngestionRoute, recordsMax: number): ReadRecords {
  const { schema } = topic;
  const { fields } = schema;
  const decoder = jsonDecoder(schema, new Set(key === undefined ? [] : [key]));
  return (body, idempotencyKey) => {
    const ofMany = isList(body);
    // A list that is torn is not read item by item: as one value it is told to be no JSON.
    const values = (ofMany ? listItems(body) : undefined) ?? [body];
    if (values.length > recordsMax) return { tooMany: recordsMax };
    const { columns, rejected } = decoder.decode(recordsOf(0, values));
    if (rejected.length > 0) return { rejected, isList: ofMany };
    const keyAt = (row: number): Uint8Array | null =>
      key === undefined ? null : keyBytes(valueAt(fields[key]!, columns[key]!, row));
    const records = values.map((value, row): IngestedRecord => {
      const name = ofMany ? `${idempotencyKey}/${row}` : idempotencyKey;
      const headers = idempotencyKey === undefined ? [] : ([['idempotency-key', utf8.encode(name)]] as const);
      return { value, key: keyAt(row), headers };
    });
    return { records };
  };
}

type ReadRecords = (body: Uint8Array, idempotencyKey: string | undefined) => Posted;
