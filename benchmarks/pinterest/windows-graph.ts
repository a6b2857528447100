import { int32, schema, utf8, type Flow } from '@millrace/core';
import { agg, aggregate, clean, dedup, eventTime, text, tumbling } from '@millrace/operators';

/** A pin as it is posted. */
export const RawPin = schema({
  index: int32,
  unique_id: utf8,
  title: utf8,
  description: utf8,
  poster_name: utf8,
  follower_count: utf8,
  tag_list: utf8,
  is_image_or_video: utf8,
  image_src: utf8,
  downloaded: int32,
  save_location: utf8,
  category: utf8,
  timestamp: utf8,
});

/** The question of all suites over pins: each pin once, counted and summed up per minute and category. */
export function windowsGraph(raw: Flow<typeof RawPin.fields>) {
  return raw.pipe(
    clean({
      follower_count: text().nullIf('User Info Error').abbreviatedNumber(),
      timestamp: text().timestamp({ zone: 'UTC' }),
    }),
    eventTime('timestamp', { maxOutOfOrderness: '5s' }),
    dedup({ by: 'unique_id', within: '1h' }),
    aggregate({
      window: tumbling('1m'),
      by: 'category',
      compute: { pins: agg.count(), followers: agg.sum('follower_count'), most: agg.max('follower_count') },
    }),
  );
}
