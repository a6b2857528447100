import type { ColumnType, Fields } from '@millrace/core';
import { jsonReader } from '@millrace/core/connector';

/** A row of a schema that the reader does not know at compile time. */
export type AnyRow = { readonly [field: string]: unknown };

/** Reads the rows that `textRows` has written; a field that is not there is null. */
export function rowReader(fields: Fields): (texts: ReadonlyMap<string, string>) => AnyRow {
  const readers = Object.entries(fields).map(([name, type]) => [name, valueReader(type)] as const);
  return (texts) => Object.fromEntries(readers.map(([name, read]) => [name, read(texts.get(name) ?? null)]));
}

/** Reads the keys that `keyReader` has written. */
export function keyValues(fields: Fields, key: readonly string[]): (text: string) => AnyRow {
  const readers = key.map((name) => [name, valueReader(fields[name]!)] as const);
  return (text) => {
    const texts = JSON.parse(text) as readonly (string | null)[];
    return Object.fromEntries(readers.map(([name, read], i) => [name, read(texts[i]!)]));
  };
}

function valueReader(type: ColumnType): (text: string | null) => unknown {
  const read = presentReader(type);
  return (text) => (text === null ? null : read(text));
}

function presentReader(type: ColumnType): (text: string) => unknown {
  switch (type.kind) {
    case 'utf8':
    case 'decimal':
      return (text) => text;
    case 'int32':
    case 'float64':
      return Number;
    case 'int64':
      return BigInt;
    case 'bool':
      return (text) => text === 'true';
    case 'timestamp':
      return (text) => new Date(text);
    case 'binary':
      return (text) => Uint8Array.from(Buffer.from(text, 'base64'));
    case 'list':
    case 'struct':
      return jsonReader(type);
  }
}
