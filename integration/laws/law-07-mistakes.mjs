// Mistakes of a program without types. The line that an error must name stands under a comment "↓". Prints what each
// of them has thrown, as JSON.
import { defineJob, int32, run, schema, timestamp, utf8 } from '@millrace/core';
import { memory } from '@millrace/connectors/memory';
import process from 'node:process';
import { agg, aggregate, clean, dedup, eventTime, text, tumbling, union } from '@millrace/operators';

const place = memory();
const Pin = schema({ id: utf8, category: utf8, likes: int32, at: timestamp });
const live = place.topic('pins', Pin);
const timed = (pins) => pins.pipe(eventTime('at', { maxOutOfOrderness: '5s' }));
const jobOf = (graph) => defineJob({ name: 'pins', sources: { live }, graph, sinks: { pins: place.list('pins') } });

const mistakes = {
  MILLRACE_FIELD_MISSING: () =>
    jobOf((pins) => {
      // ↓
      return { pins: timed(pins).pipe(aggregate({ window: tumbling('1m'), by: 'categroy', compute: { n: agg.count() } })) }; // prettier-ignore
    }),
  MILLRACE_FIELD_KIND: () =>
    jobOf((pins) => {
      // ↓
      return { pins: pins.pipe(aggregate({ by: 'category', compute: { likes: agg.sum('id') } })) };
    }),
  'MILLRACE_FIELD_KIND of a rule': () =>
    jobOf((pins) => {
      // ↓
      return { pins: pins.pipe(clean({ likes: text().trim() })) };
    }),
  'MILLRACE_FIELD_KIND of a time': () =>
    jobOf((pins) => {
      // ↓
      return { pins: pins.pipe(eventTime('category', { maxOutOfOrderness: '5s' })) };
    }),
  MILLRACE_OPTION_INVALID: () =>
    jobOf((pins) => {
      // ↓
      return { pins: timed(pins).pipe(dedup({ by: 'id', within: 'an hour' })) };
    }),
  MILLRACE_TIME_MISSING: () =>
    jobOf((pins) => {
      // ↓
      return { pins: pins.pipe(dedup({ by: 'id', within: '1h' })) };
    }),
  MILLRACE_NOT_A_FLOW: () =>
    jobOf((pins) => {
      // ↓
      return { pins: pins.pipe(union({ looks: 'like a flow' })) };
    }),
  MILLRACE_STATE_NAME_TAKEN: () =>
    jobOf((pins) => {
      const once = timed(pins).pipe(dedup({ by: 'id', within: '1h' }));
      // ↓
      return { pins: once.pipe(dedup({ by: 'id', within: '1h' })) };
    }),
  MILLRACE_SINK_MISSING: () => {
    // ↓
    defineJob({ name: 'pins', sources: { live }, graph: (pins) => ({ pins }), sinks: {} });
  },
  'MILLRACE_FIELD_MISSING of a view': () => {
    const sinks = { pins: place.view('pins', { key: ['nope'] }) };
    // ↓
    defineJob({ name: 'pins', sources: { live }, graph: (pins) => ({ pins: timed(pins) }), sinks });
  },
  'MILLRACE_OPTION_INVALID of a run': () => {
    const job = jobOf((pins) => ({ pins }));
    // ↓
    return run(job, { mode: 'replay' });
  },
};

const thrown = {};
for (const [name, make] of Object.entries(mistakes)) {
  try {
    await make();
  } catch ({ code, where, sentence, fix }) {
    thrown[name] = { code, where, sentence, fix };
  }
}
process.stdout.write(JSON.stringify(thrown));
