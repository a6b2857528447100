import { setTimeout } from 'node:timers/promises';
import { defineJob, nullable, schema, utf8 } from '@millrace/core';
import { folder as store } from '@millrace/core/folder';
import { lake } from '@millrace/connectors/lake';
import { memory } from '@millrace/connectors/memory';
import { agg, aggregate, clean, dedup, eventTime, hopping, session, text, tumbling, where } from '@millrace/operators';

export const RawPin = schema({ unique_id: nullable(utf8), category: utf8, followers: utf8, at: utf8 });

const compute = { pins: agg.count(), followers: agg.sum('followers'), last: agg.last('unique_id') };

/** Every operator with state, and every way out of the ledger. As it was before it was mended it counts otherwise. */
export function pinGraph(raw, mended) {
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
 * no sink. `swapped` is called when an output has made its last publication; with `swapsInTurn` each begins that when the
 * one before it has made its own.
 */
export function pinJob(settings) {
  const { folder, sources = folder, mended = true, withTopic = true } = settings;
  const { topic, list, view } = memory({ folder: `${folder}/data` });
  const watched = watching(settings);
  return defineJob({
    name: 'pins',
    sources: sourcesIn(sources),
    graph: (raw) => {
      const outputs = pinGraph(raw, mended);
      return withTopic ? { ...outputs, topic: outputs.pins } : outputs;
    },
    checkpoints: settings.checkpoints ?? store(`${folder}/checkpoints`),
    sinks: {
      pins: watched(list('pins')),
      table: watched(lake({ root: `${folder}/lake` }).table('results')),
      minutes: watched(view('minutes', { key: ['category', 'windowStart'] })),
      sliding: watched(list('sliding')),
      sessions: watched(list('sessions')),
      totals: watched(view('totals', { key: ['category'] })),
      late: watched(list('late')),
      rejected: watched(list('rejected')),
      ...(withTopic ? { topic: topic('out', { partitions: 2, keyedBy: 'unique_id' }) } : {}),
    },
  });
}

/** Makes sinks that have room for a batch only every `paceMs`, so that there is a middle to be killed in. */
function watching({ paceMs = 0, swapped = () => undefined, swapsInTurn = false }) {
  let before = Promise.resolve();
  const inTurn = (swap) => (before = swapsInTurn ? before.then(swap) : swap());
  return (sink) => ({
    ...sink,
    async open(context) {
      const writer = await sink.open(context);
      return {
        ...writer,
        room: () => (paceMs > 0 && context.output === 'pins' ? setTimeout(paceMs) : writer.room()),
        async publish(publication) {
          if (!publication.final) return writer.publish(publication);
          await inTurn(async () => {
            await writer.publish(publication);
            swapped();
          });
        },
      };
    },
  });
}
