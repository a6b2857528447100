import { type ColumnType, type Fields, type Kind, list, nullable, struct } from '../schema/column-type.js';

const plain: ReadonlySet<string> = new Set(['utf8', 'int32', 'int64', 'float64', 'bool', 'timestamp', 'binary']);

/** The type that `typeText` writes as `text`: `list<struct<a:int32?>>`. */
export function typeOfText(text: string): ColumnType {
  const trimmed = text.trim();
  if (trimmed.endsWith('?')) return nullable(typeOfText(trimmed.slice(0, -1)));
  if (plain.has(trimmed)) return { kind: trimmed as Kind, nullable: false };
  const decimal = /^decimal\((\d+),\s*(\d+)\)$/.exec(trimmed);
  if (decimal !== null) {
    return { kind: 'decimal', nullable: false, precision: Number(decimal[1]), scale: Number(decimal[2]) };
  }
  const nested = /^(list|struct)<(.*)>$/.exec(trimmed);
  if (nested === null) throw new SyntaxError(`"${trimmed}" is no type.`);
  return nested[1] === 'list' ? list(typeOfText(nested[2]!)) : struct(fieldsOf(outerParts(nested[2]!)));
}

/** The fields of parts like `id:utf8`. */
export function fieldsOf(parts: readonly string[]): Fields {
  return Object.fromEntries(
    parts.map((part) => {
      const colon = part.indexOf(':');
      if (colon === -1) throw new SyntaxError(`"${part.trim()}" is no field: write name:type.`);
      return [part.slice(0, colon).trim(), typeOfText(part.slice(colon + 1))];
    }),
  );
}

/** Splits at the commas that stand outside of brackets. */
function outerParts(text: string): string[] {
  const parts: string[] = [''];
  let depth = 0;
  for (const character of text) {
    if (character === '<' || character === '(') depth++;
    if (character === '>' || character === ')') depth--;
    if (character === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts;
}
