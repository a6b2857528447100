import { copyRun, viewed } from './copy-bytes.js';
import { type BytesColumn, type DictionaryColumn, isNull } from './column.js';

/** The text of a column as bytes per row; itself where it is that already. */
export function plainText(column: BytesColumn | DictionaryColumn): BytesColumn {
  if (column.layout === 'bytes') return column;
  const { codes, dictionary, validity } = column;
  const offsets = new Int32Array(codes.length + 1);
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row]!;
    // The code under a null may be that of no entry.
    const length = isNull(column, row) ? 0 : dictionary.offsets[code + 1]! - dictionary.offsets[code]!;
    offsets[row + 1] = offsets[row]! + length;
  }
  const bytes = new Uint8Array(offsets[codes.length]!);
  const source = viewed(dictionary.bytes);
  const target = viewed(bytes);
  for (let row = 0; row < codes.length; row++) {
    if (offsets[row] === offsets[row + 1]) continue;
    const code = codes[row]!;
    copyRun(source, dictionary.offsets[code]!, dictionary.offsets[code + 1]!, target, offsets[row]!);
  }
  return { layout: 'bytes', offsets, bytes, validity };
}
