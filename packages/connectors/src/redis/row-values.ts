import type { ColumnType, Fields } from '@millrace/core';
import { jsonDecoder, recordsOf, rowsOf } from '@millrace/core/connector';

/** A row of a schema that the reader does not know at compile time. */
export type AnyRow = { readonly [field: string]: unknown };

/** The row that `textRows` has written; a field that is not there is null. */
export function rowFromTexts(fields: Fields, texts: ReadonlyMap<string, string>): AnyRow {
  return Object.fromEntries(
    Object.entries(fields).map(([name, type]) => {
      const text = texts.get(name);
      return [name, text === undefined ? null : valueOf(type, text)];
    }),
  );
}

/** The key that `keyReader` has written. */
export function keyFromText(fields: Fields, key: readonly string[], text: string): AnyRow {
  const texts = JSON.parse(text) as readonly (string | null)[];
  const values = key.map((name, i) => [name, texts[i] === null ? null : valueOf(fields[name]!, texts[i]!)] as const);
  return Object.fromEntries(values);
}

function valueOf(type: ColumnType, text: string): unknown {
  switch (type.kind) {
    case 'utf8':
    case 'decimal':
      return text;
    case 'int32':
    case 'float64':
      return Number(text);
    case 'int64':
      return BigInt(text);
    case 'bool':
      return text === 'true';
    case 'timestamp':
      return new Date(text);
    case 'binary':
      return Uint8Array.from(Buffer.from(text, 'base64'));
    case 'list':
    case 'struct':
      return nestedValue(type, text);
  }
}

function nestedValue(type: ColumnType, text: string): unknown {
  const fields = { value: type };
  const { columns } = jsonDecoder({ fields }, new Set(['value'])).decode(recordsOf(0, [`{"value":${text}}`]));
  const batch = { length: 1, selection: undefined, columns, time: undefined, order: [], group: new Int32Array(1), origin: undefined }; // prettier-ignore
  return rowsOf(fields, batch)[0]!.value;
}
