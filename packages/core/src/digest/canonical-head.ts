import { canonicalNames } from '../batch/canonical-value.js';
import { textBytes } from '../batch/text.js';
import type { ColumnType, Fields } from '../schema/column-type.js';

// What a digest is made of, frozen by golden vectors. The canonical bytes of a row are:
//
//   head, the same for all rows: the fields in canonical order, as text `name:kind` joined by `,`, where kind is as
//     `typeText` writes it but without the mark of nullable and with members of structs in canonical order; zeros up to
//     a multiple of 16 bytes
//   then the canonical words (batch/canonical.ts) of each field in that order

/** The bytes that all rows of these fields begin with. */
export function canonicalHead(fields: Fields): Uint8Array {
  const bytes = textBytes(fieldsKind(fields));
  const padded = new Uint8Array((bytes.length + 15) & ~15);
  padded.set(bytes);
  return padded;
}

function fieldsKind(fields: Fields): string {
  return canonicalNames(fields)
    .map((name) => `${name}:${kindText(fields[name]!)}`)
    .join(',');
}

function kindText(type: ColumnType): string {
  switch (type.kind) {
    case 'decimal':
      return `decimal(${type.precision},${type.scale})`;
    case 'list':
      return `list<${kindText(type.items!)}>`;
    case 'struct':
      return `struct<${fieldsKind(type.fields!)}>`;
    default:
      return type.kind;
  }
}
