import { int32, nullable, schema, utf8, type Flow } from '@millrace/core';
import {
  agg,
  aggregate,
  clean,
  dedup,
  eventTime,
  number,
  rename,
  required,
  select,
  text,
  tumbling,
} from '@millrace/operators';

/** A pin as it is posted: text where the scraper wrote text, with all its ways to say "nothing". */
export const RawPin = schema({
  index: int32,
  unique_id: utf8,
  title: nullable(utf8),
  description: nullable(utf8),
  poster_name: nullable(utf8),
  follower_count: nullable(utf8),
  tag_list: nullable(utf8),
  is_image_or_video: nullable(utf8),
  image_src: nullable(utf8),
  downloaded: int32,
  save_location: nullable(utf8),
  category: utf8,
  timestamp: utf8,
});

/**
 * The pipeline: what Spark did once a day, and once more as a stream, in two programs. Here it is one function, and
 * nothing in it knows whether its pins come from a topic or from the lake.
 */
export function pinGraph(raw: Flow<typeof RawPin.fields>) {
  const pins = raw.pipe(
    clean({
      title: text().nullIf('', 'No Title Data Available'),
      description: text().nullIf('', 'No description available Story format', 'No description available', 'Untitled'),
      poster_name: text().nullIf('', 'User Info Error'),
      follower_count: text().nullIf('', 'User Info Error').abbreviatedNumber(),
      tag_list: text().nullIf('', 'N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e').split(','),
      is_image_or_video: text().nullIf(''),
      image_src: text().nullIf('', 'Image src error.'),
      downloaded: number().bool(),
      save_location: text().stripPrefix('Local save in ').nullIf(''),
      category: text().nullIf(''),
      timestamp: text().timestamp({ zone: 'UTC' }),
    }),
    required('category'),
    eventTime('timestamp', { maxOutOfOrderness: '5s', maxAhead: '1h' }),
    dedup({ by: 'unique_id', within: '1h' }),
  );
  const popularity = pins.pipe(
    aggregate({
      window: tumbling('1m'),
      by: 'category',
      compute: { pins: agg.count(), followers: agg.sum('follower_count') },
      // The present minute is shown as it stands, every second, until it is final.
      early: '1s',
    }),
  );
  return { pins: pins.pipe(rename({ index: 'index_id' }), select(...columns)), popularity };
}

/** The columns of the original's table, in its order, and the two that it lacked. */
const columns = [
  'unique_id',
  'index_id',
  'title',
  'category',
  'description',
  'follower_count',
  'tag_list',
  'is_image_or_video',
  'image_src',
  'downloaded',
  'save_location',
  'poster_name',
  'timestamp',
] as const;
