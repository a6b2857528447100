import { pinRecords } from './pin-records.js';

/** A pin as `JSON.parse` gives it. */
export interface PinRow {
  readonly index: number;
  readonly unique_id: string;
  readonly title: string;
  readonly description: string;
  readonly poster_name: string;
  readonly follower_count: string;
  readonly tag_list: string;
  readonly is_image_or_video: string;
  readonly image_src: string;
  readonly downloaded: number;
  readonly save_location: string;
  readonly category: string;
  readonly timestamp: string;
}

/** The pins as objects of all 13 fields, one by one. */
export function* pinRows(records: number): Generator<PinRow, void, undefined> {
  const text = new TextDecoder();
  for (const { length, slices } of pinRecords(records)) {
    const { bytes, starts, ends } = slices;
    for (let row = 0; row < length; row++) {
      yield JSON.parse(text.decode(bytes.subarray(starts[row], ends[row]))) as PinRow;
    }
  }
}
