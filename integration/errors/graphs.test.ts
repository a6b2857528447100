import {
  defineJob,
  type float64,
  int32,
  schema,
  timestamp,
  utf8,
  type Fields,
  type Flow,
  type Job,
  type Outputs,
} from '@millrace/core';
import { operate } from '@millrace/core/operate';
import { memory } from '@millrace/connectors/memory';
import { agg, aggregate, dedup, eventTime, text, tumbling, union, clean, where } from '@millrace/operators';
import { map } from 'rxjs';
import { raises } from './page.js';

// What is wrong with a graph is found when it is built. These are mistakes of plain JavaScript: types refuse them, so
// here they are cast away.

const place = memory();
const Pin = schema({ unique_id: utf8, category: utf8, follower_count: utf8, likes: int32, at: timestamp });
type Pins = Flow<typeof Pin.fields>;
type Totals = { readonly category: typeof utf8; readonly pins: typeof float64 };
const topic = place.topic('pins', Pin);

/** A job around a graph that is written without types. */
function jobOf(graph: (pins: Pins) => unknown): Job {
  const sinks = { pins: place.list('pins') } as never;
  return defineJob({ name: 'pins', sources: { live: topic }, graph: graph as (pins: Pins) => Outputs, sinks });
}

function timed(pins: Pins): Pins {
  return pins.pipe(eventTime('at', { maxOutOfOrderness: '5s' }));
}

raises('MILLRACE_SCHEMA_INVALID', () => {
  // ↓
  schema({ unique_id: utf8, likes: Number } as unknown as Fields);
});

raises('MILLRACE_ARGUMENT_INVALID', () => {
  const { view } = place as unknown as { view(name: string): unknown };
  // ↓
  view('popularity');
});

raises('MILLRACE_NOT_A_FLOW', () => {
  jobOf((pins) => {
    const loud = pins.pipe(map((signal) => signal)) as unknown as Pins;
    // ↓
    return { pins: loud.pipe(dedup({ by: 'unique_id', within: '1h' })) };
  });
});

raises('MILLRACE_FIELD_MISSING', () => {
  jobOf((pins) => ({
    popularity: timed(pins).pipe(
      // ↓
      aggregate({ window: tumbling('1m'), by: 'categroy' as 'category', compute: { pins: agg.count() } }),
    ),
  }));
});

raises('MILLRACE_FIELD_KIND', () => {
  jobOf((pins) => ({
    popularity: pins.pipe(
      // ↓
      aggregate({ by: 'category', compute: { followers: agg.sum('follower_count' as 'likes') }, name: 'popularity' }),
    ),
  }));
});

raises('MILLRACE_FIELD_COLLISION', () => {
  jobOf((pins) => ({
    popularity: timed(pins).pipe(
      // ↓
      aggregate({ window: tumbling('1m'), by: 'category', compute: { windowEnd: agg.max('at') } as never }),
    ),
  }));
});

raises('MILLRACE_TIME_MISSING', () => {
  jobOf((pins) => ({
    popularity: pins.pipe(
      // ↓
      aggregate({ window: tumbling('1m'), by: 'category', compute: { pins: agg.count() } }),
    ),
  }));
});

raises('MILLRACE_TIME_ORDER', () => {
  jobOf((pins) => ({
    pins: timed(pins).pipe(
      dedup({ by: 'unique_id', within: '1h' }),
      // ↓
      eventTime('at', { maxOutOfOrderness: '1m' }),
    ),
  }));
});

raises('MILLRACE_GROUPING_LOST', () => {
  jobOf((pins) => ({
    pins: timed(pins).pipe(
      // ↓
      dedup({ by: 'unique_id', within: '1h', order: 'arrival' }),
    ),
  }));
});

raises('MILLRACE_MODE_UNFIT', () => {
  jobOf((pins) => ({
    popular: pins.pipe(
      aggregate({ by: 'category', compute: { pins: agg.count() } }) as unknown as (flow: Pins) => Flow<Totals>,
      // ↓
      where((row) => row.pins > 10),
    ),
  }));
});

raises('MILLRACE_STATE_NAME_TAKEN', () => {
  jobOf((pins) => ({
    pins: timed(pins).pipe(
      dedup({ by: 'unique_id', within: '1h' }),
      // ↓
      dedup({ by: 'unique_id', within: '1d' }),
    ),
  }));
});

raises('MILLRACE_UNION_UNFIT', () => {
  jobOf((pins) => ({
    pins: pins.pipe(
      // ↓
      union(pins.pipe(clean({ follower_count: text().abbreviatedNumber() })) as unknown as Pins),
    ),
  }));
});

raises('MILLRACE_INTERNAL', () => {
  const mine = { operator: 'mine', schema: Pin, create: () => ({ batch: () => undefined }) };
  // ↓
  operate<typeof Pin.fields, 'append'>([], mine);
});
