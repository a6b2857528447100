import { defineJob, schema, timestamp, utf8 } from '@millrace/core';
import { folder as store } from '@millrace/core/folder';
import { memory } from '@millrace/connectors/memory';
import { redis } from '@millrace/connectors/redis';
import { agg, aggregate, eventTime, tumbling } from '@millrace/operators';

export const Pin = schema({ id: utf8, category: utf8, at: timestamp });

/** The keys of its views. */
export const keys = { pins: ['id'], minutes: ['category', 'windowStart'], totals: ['category'] };

/** A job that shows pins, minutes with early rows, and totals; its topic and its checkpoints are in `folder`. */
export function pinsJob({ url, folder, prefix, paced = (sink) => sink }) {
  const views = redis({ url, prefix });
  const compute = { pins: agg.count(), last: agg.last('id') };
  return defineJob({
    name: 'pins',
    sources: { live: memory({ folder: `${folder}/data` }).topic('pins', Pin, { partitions: 2 }) },
    graph: (raw) => {
      const pins = raw.pipe(eventTime('at', { maxOutOfOrderness: '5s' }));
      return {
        pins,
        minutes: pins.pipe(aggregate({ window: tumbling('1m'), by: 'category', compute, early: '10ms' })),
        totals: pins.pipe(aggregate({ by: 'category', compute })),
      };
    },
    checkpoints: store(`${folder}/checkpoints`),
    sinks: {
      pins: paced(views.view('pins', { key: keys.pins })),
      minutes: views.view('minutes', { key: keys.minutes }),
      totals: views.view('totals', { key: keys.totals }),
    },
  });
}
