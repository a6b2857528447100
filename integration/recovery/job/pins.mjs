import { setTimeout } from 'node:timers/promises';
import { defineJob, nullable, schema, utf8 } from '@millrace/core';
import { folder as store } from '@millrace/core/folder';
import { lake } from '@millrace/connectors/lake';
import { memory } from '@millrace/connectors/memory';
import { agg, aggregate, clean, dedup, eventTime, hopping, session, text, tumbling, where } from '@millrace/operators';

const RawPin = schema({ unique_id: nullable(utf8), category: utf8, followers: utf8, at: utf8 });

const compute = { pins: agg.count(), followers: agg.sum('followers'), last: agg.last('unique_id') };

/** Every operator with state, and every way out of the ledger. As it was before it was mended it counts otherwise. */
function pinGraph(raw, mended) {
  const followers = text().nullIf('User Info Error').abbreviatedNumber();
  const timed = raw.pipe(
    clean({ followers: mended ? followers : followers.orNull(), at: text().timestamp({ zone: 'UTC' }) }),
    eventTime('at', { maxOutOfOrderness: mended ? '5s' : '6s', maxAhead: '1h' }),
    where((pin) => pin.category !== ''),
  );
  const pins = timed.pipe(dedup({ by: 'unique_id', within: mended ? '1m' : '2m' }));
  return {
    pins,
    table: pins,
    minutes: pins.pipe(aggregate({ window: tumbling('1m'), by: 'category', compute })),
    sliding: timed.pipe(aggregate({ window: hopping('1m', '20s'), by: 'category', compute })),
    sessions: pins.pipe(aggregate({ window: session('8s'), by: 'category', compute })),
    totals: timed.pipe(aggregate({ by: 'category', compute })),
  };
}

/** The topic and its archive, as they lie in a folder. */
export function sourcesIn(folder) {
  return {
    live: memory({ folder: `${folder}/data` }).topic('pins', RawPin),
    replay: lake({ root: `${folder}/lake` }).table('pins', RawPin),
  };
}

/**
 * The job, with its sinks and checkpoints in `folder`. Nothing in a topic can be replaced: where results are to be, it is
 * no sink. `swapped` is called when an output has made its last publication.
 */
export function pinJob(settings) {
  const { folder, sources = folder, mended = true, withTopic = true } = settings;
  const { topic, list, view } = memory({ folder: `${folder}/data` });
  return defineJob({
    name: 'pins',
    sources: sourcesIn(sources),
    graph: (raw) => {
      const outputs = pinGraph(raw, mended);
      return withTopic ? { ...outputs, topic: outputs.pins } : outputs;
    },
    checkpoints: settings.checkpoints ?? store(`${folder}/checkpoints`),
    sinks: {
      pins: watched(list('pins'), settings),
      table: watched(lake({ root: `${folder}/lake` }).table('results'), settings),
      minutes: watched(view('minutes', { key: ['category', 'windowStart'] }), settings),
      sliding: watched(list('sliding'), settings),
      sessions: watched(list('sessions'), settings),
      totals: watched(view('totals', { key: ['category'] }), settings),
      late: list('late'),
      rejected: list('rejected'),
      ...(withTopic ? { topic: topic('out', { partitions: 2, keyedBy: 'unique_id' }) } : {}),
    },
  });
}

/** A sink that has room for a batch only every `paceMs`, so that there is a middle to be killed in. */
function watched(sink, { paceMs = 0, swapped = () => undefined }) {
  return {
    ...sink,
    async open(context) {
      const writer = await sink.open(context);
      return {
        ...writer,
        room: () => (paceMs > 0 && context.output === 'pins' ? setTimeout(paceMs) : writer.room()),
        async publish(publication) {
          await writer.publish(publication);
          if (publication.final) swapped();
        },
      };
    },
  };
}
