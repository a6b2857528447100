import { need, optional, optionsOf, requireArguments } from '@millrace/core/connector';
import type { ColumnType, Fields, Schema, Sink, Source } from '@millrace/core';
import { processBackend, type Backend } from './backend.js';
import type { MemoryOptions, PrintOptions, TopicOptions, TopicSinkOptions, TopicValue } from './options.js';
import { print } from './print.js';
import { rows } from './rows.js';
import { topic, type MemoryTopic } from './topic.js';
import { topicSink } from './topic-sink.js';
import { results, type MemoryList, type MemoryView } from './view.js';

/** Topics, views and lists, in the process or in a folder. */
export interface Memory {
  /** The topic of that name: a source, and what fills it. Made at its first use where it is not there. */
  topic<F extends Fields>(name: string, schema: Schema<F>, options?: TopicOptions<F>): MemoryTopic<F>;
  /** The topic of that name as a sink: each row becomes a record, as JSON, exactly once. */
  topic<K extends string = never>(
    name: string,
    options?: TopicSinkOptions<K>,
  ): Sink<{ readonly [P in NoInfer<K>]: ColumnType }, 'append'>;
  /** The view of that name: a sink that keeps the latest row of each key, and can be read. */
  view<const K extends string>(name: string, options: { readonly key: readonly K[] }): MemoryView<NoInfer<K>>;
  /** The list of that name: a sink that keeps all rows of an append flow, and can be read. */
  list(name: string): MemoryList;
  /** A source of the rows that stand in the program. It ends behind them. */
  rows<F extends Fields>(schema: Schema<F>, values: readonly TopicValue<F>[]): Source<F>;
  /** A sink that prints rows, checkpoint by checkpoint, as a table. */
  print(options?: PrintOptions): Sink<unknown>;
}

/**
 * Topics and results that need no server: in this process, or with `folder` on the disk, where they survive it, also
 * when it is killed at any moment. The default of examples and tests, and enough for a program of one machine.
 *
 * In the process all is gone when it ends, and two calls share nothing. In a folder a topic has one writing process at
 * a time and any number of readers; a view or list belongs to the history of the job that writes it (its lineage).
 * Numbers in topics: offsets are records from 0, times ms UTC.
 *
 * @throws MillraceError from the calls of what it makes: `MILLRACE_STORE_FAILED` where a folder cannot be used,
 * `MILLRACE_TOPIC_SEALED`, `MILLRACE_TOPIC_TAKEN`, `MILLRACE_LINEAGE_FOREIGN` where another lineage owns a sink.
 * @example
 * ```ts
 * import { int32, schema, utf8 } from '@millrace/core';
 * import { memory } from '@millrace/connectors/memory';
 *
 * const Pin = schema({ id: utf8, likes: int32 });
 * const pins = memory().topic('pins', Pin, { partitions: 3, keyedBy: 'id' });
 * await pins.send([{ id: 'a', likes: 1 }, '{"id":"b","likes":2}', 'not JSON: rejected, and counted']);
 * await pins.end();
 * ```
 */
export function memory(options: MemoryOptions = {}): Memory {
  requireArguments('memory', "memory() or memory({ folder: './data' })", [
    ['options', options, optionsOf('folder', 'clock')],
  ]);
  const { folder, clock = Date.now } = options;
  requireArguments('memory', "memory({ folder: './data' })", [
    ['folder', folder, optional(need.text)],
    ['clock', clock, need.call],
  ]);
  const backend = folder === undefined ? processBackend(clock) : folderOnDemand(folder, clock);
  const { view, list } = results(backend);
  return {
    topic: ((name: string, ...rest: TopicArguments) => {
      const [shape = {}, options = {}] = rest;
      requireArguments('topic', "topic('pins', Pin), or topic('pins') for a sink", [
        ['name', name, need.text],
        ['schema', shape, need.options],
      ]);
      const given = isSchema(shape) ? options : shape;
      requireArguments('topic', "topic('pins', Pin, { partitions: 3 })", [['options', given, optionsOf('partitions', 'keyedBy')]]); // prettier-ignore
      return isSchema(shape) ? topic(backend, name, shape, options) : topicSink(backend, name, shape);
    }) as Memory['topic'],
    view(name, options) {
      const example = "view('popularity', { key: ['category', 'windowStart'] })";
      requireArguments('view', example, [
        ['name', name, need.text],
        ['options', options, optionsOf('key')],
      ]);
      requireArguments('view', example, [['key', options.key, need.texts]]);
      return view(name, options.key);
    },
    list(name) {
      requireArguments('list', "list('late')", [['name', name, need.text]]);
      return list(name);
    },
    rows,
    print,
  };
}

type TopicArguments = [Schema, TopicOptions?] | [TopicSinkOptions?];

function isSchema(value: object): value is Schema {
  return 'fields' in value;
}

// A browser never loads what a folder needs.
function folderOnDemand(folder: string, clock: () => number): Backend {
  let loading: Promise<Omit<Backend, 'identity'>> | undefined;
  const loaded = (): Promise<Omit<Backend, 'identity'>> =>
    (loading ??= import('./folder/folder-backend.js').then(({ folderBackend }) => folderBackend(folder, clock)));
  return {
    identity: folder.replace(/^(\.\/)+|\/+$/g, ''),
    clock,
    objects: async () => (await loaded()).objects(),
    log: async (name, partitions) => (await loaded()).log(name, partitions),
    hold: async (place, lineage) => (await loaded()).hold(place, lineage),
    isHeld: async (place, lineage) => (await loaded()).isHeld(place, lineage),
  };
}
