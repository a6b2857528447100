import { defineJob } from '@millrace/core';
import { folder } from '@millrace/core/folder';
import { archive, lake, type Lake } from '@millrace/connectors/lake';
import { memory, type Memory } from '@millrace/connectors/memory';
import { pinGraph, RawPin } from './graph.js';

/** The pipeline, with all that it needs in one folder: what stands for Kafka, S3, Spark and Postgres of the original. */
export type PinPipeline = ReturnType<typeof pinPipeline>;

/** Values only: nothing in the folder is made or opened before a job runs. */
export function pinPipeline(root: string) {
  const broker = memory({ folder: `${root}/broker` });
  const store = lake({ root: `${root}/lake` });
  const topic = broker.topic('pins', RawPin, { partitions: 3, keyedBy: 'unique_id' });
  const archived = (table: string) => store.table(table, RawPin, { keyedBy: 'unique_id' });
  return {
    /** Where pins are posted. */
    topic,
    /** Where the outputs of one run go: places of their own, so that runs can be compared. */
    results: (run: string) => results(broker, store, run),
    /** Keeps every record of the topic in a lake table, as it came, for ever. */
    archive: (table: string) => archive({ from: topic, to: archived(table), flushRows: 25_000 }),
    /** The graph, from the topic (live), from the lake table (replay), or from one after the other (both). */
    job: (name: string, table: string, sinks: PinResults) =>
      defineJob({
        name,
        sources: { live: topic, replay: archived(table) },
        graph: pinGraph,
        checkpoints: folder(`${root}/checkpoints`),
        sinks,
      }),
  };
}

type PinResults = ReturnType<typeof results>;

function results(broker: Memory, store: Lake, run: string) {
  return {
    pins: store.table(`${run}_pins`),
    popularity: broker.view(`${run}_popularity`, { key: ['category', 'windowStart'] }),
    late: broker.list(`${run}_late`),
    rejected: broker.list(`${run}_rejected`),
  };
}
