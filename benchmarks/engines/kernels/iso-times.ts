import type { BytesColumn } from '@millrace/core/operate';
import { fixedWords } from './fixed-words.js';

const wordsPerText = 6;

/**
 * Milliseconds of texts like `2026-01-05T12:00:03.000Z`, written to `times`. Four words hold all down to the minute and
 * are compared with those of the last text; the rest is two digits and three.
 */
export function isoTimes(): (column: BytesColumn, length: number, times: Float64Array) => void {
  const text = new TextDecoder('latin1');
  let known: readonly [number, number, number, number] = [0, 0, 0, 0];
  let minute = 0;
  return (column, length, times) => {
    const words = fixedWords(column, length, wordsPerText * 4);
    let [w0, w1, w2, w3] = known;
    for (let row = 0, at = 0; row < length; row++, at += wordsPerText) {
      if (words[at] !== w0 || words[at + 1] !== w1 || words[at + 2] !== w2 || words[at + 3] !== w3) {
        w0 = words[at]!;
        w1 = words[at + 1]!;
        w2 = words[at + 2]!;
        w3 = words[at + 3]!;
        minute = Date.parse(`${text.decode(words.subarray(at, at + 4))}:00Z`);
      }
      const seconds = words[at + 4]!;
      const millis = words[at + 5]!;
      const time =
        minute +
        ((seconds >>> 8) & 15) * 10_000 +
        ((seconds >>> 16) & 15) * 1000 +
        (millis & 15) * 100 +
        ((millis >>> 8) & 15) * 10 +
        ((millis >>> 16) & 15);
      times[row] = time;
    }
    known = [w0, w1, w2, w3];
  };
}
