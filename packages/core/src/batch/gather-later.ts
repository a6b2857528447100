import type { Column, DictionaryColumn, Float64Column, Int32Column } from './column.js';
import { gatherParts, type ChunkRows } from './gather.js';

/**
 * The same as `gatherParts`, done when somebody looks at the values. For order columns: most of those who get rows in
 * order never ask what the order was.
 */
export function gatherLater(chunks: readonly Column[], parts: readonly ChunkRows[], length: number): Column {
  const [first] = chunks;
  const plain = chunks.every(({ layout, validity }) => layout === first?.layout && validity === undefined);
  if (!plain) return gatherParts(chunks, parts, length);
  let gathered: Column | undefined;
  let rest: readonly Column[] = chunks;
  const now = (): Column => {
    gathered ??= gatherParts(rest, parts, length);
    // What it was gathered from need not be kept any more.
    rest = [];
    return gathered;
  };
  const validity = undefined;
  switch (first?.layout) {
    case 'int32':
      return {
        layout: 'int32',
        validity,
        get values() {
          return (now() as Int32Column).values;
        },
      };
    case 'float64':
      return {
        layout: 'float64',
        validity,
        get values() {
          return (now() as Float64Column).values;
        },
      };
    case 'dictionary':
      return {
        layout: 'dictionary',
        validity,
        get codes() {
          return (now() as DictionaryColumn).codes;
        },
        get dictionary() {
          return (now() as DictionaryColumn).dictionary;
        },
      };
    default:
      return gatherParts(chunks, parts, length);
  }
}
