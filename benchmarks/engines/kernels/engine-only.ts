import {
  type BytesColumn,
  type Column,
  type DictionaryColumn,
  dictionaryTexts,
  plainText,
} from '@millrace/core/operate';
import type { Engine } from '../../harness/suite.js';
import { pinColumns } from '../../pinterest/pin-columns.js';
import { batchRows } from '../../pinterest/pin-records.js';
import { windowsText } from '../../pinterest/windows-text.js';
import { followersInto } from './followers.js';
import { idTable } from './id-table.js';
import { isoTimes } from './iso-times.js';
import { minuteWindows } from './minute-windows.js';

const outOfOrderMs = 5000;
const hourMs = 3_600_000;
const needed = new Set(['unique_id', 'follower_count', 'category', 'timestamp']);

/** The floor: what the same work costs without plan, signals, nulls, ledger, state tables and any other type of key. */
export const engine: Engine = {
  settings: { input: `the columns of millrace, in batches of ${batchRows}`, guarantees: 'none; not a library' },
  async load(records) {
    const batches = pinColumns(records, needed);
    return {
      run() {
        const times = new Float64Array(batchRows);
        const followers = new Float64Array(batchRows);
        const kept = new Int32Array(batchRows);
        const timesInto = isoTimes();
        const ids = idTable(hourMs);
        const windows = minuteWindows();
        let watermark = -Infinity;
        for (const { length, columns } of batches) {
          timesInto(textOf(columns['timestamp']!), length, times);
          followersInto(columns['follower_count'] as BytesColumn | DictionaryColumn, length, followers);
          const onTime = keepOnTime(times, length, watermark, kept);
          watermark = onTime.watermark;
          const fresh = ids.keepNew(textOf(columns['unique_id']!), times, kept, onTime.count);
          const categories = dictionaryOf(columns['category']!);
          windows.add(categories.codes, windows.codesOf(categories.texts), times, followers, kept, fresh);
          windows.close(watermark);
        }
        windows.close(Infinity);
        return windowsText(windows.closed);
      },
    };
  },
};

/** Rows that are not below the watermark before them: `kept` receives them. */
function keepOnTime(
  times: Float64Array,
  length: number,
  before: number,
  kept: Int32Array,
): { readonly count: number; readonly watermark: number } {
  let watermark = before;
  let count = 0;
  for (let row = 0; row < length; row++) {
    const time = times[row]!;
    if (time < watermark) continue;
    kept[count++] = row;
    if (time - outOfOrderMs > watermark) watermark = time - outOfOrderMs;
  }
  return { count, watermark };
}

function textOf(column: Column): BytesColumn {
  return plainText(column as BytesColumn | DictionaryColumn);
}

function dictionaryOf(column: Column): { readonly codes: Int32Array; readonly texts: readonly string[] } {
  if (column.layout !== 'dictionary') throw new Error('There are more categories than a dictionary holds.');
  return { codes: column.codes, texts: dictionaryTexts(column.dictionary) };
}
