import { millraceError, type Fields, type Schema, type Source } from '@millrace/core';
import type { SourceReader } from '@millrace/core/connector';
import { connect, patiently } from '../client/client.js';
import type { Connection } from '../client/connection.js';
import type { TopicOptions } from '../options.js';
import { serverFailure } from '../client/failures.js';
import { topicReader } from './topic-reader.js';
import { watchTopic } from './topic-watch.js';

/** The topic of that name as a source. Nothing is connected before `open`. */
export function topicSource<F extends Fields>(
  connection: Connection,
  name: string,
  schema: Schema<F>,
  options: TopicOptions<F>,
): Source<F> {
  const { keyedBy, end = 'never' } = options;
  const label = `kafka topic "${name}"`;
  const fields = Object.keys(schema.fields);
  if (keyedBy !== undefined && !fields.includes(keyedBy)) {
    throw millraceError('MILLRACE_FIELD_MISSING', { operator: label, uses: 'is keyed by', field: keyedBy, fields });
  }
  return {
    schema,
    name,
    label,
    keyedBy,
    bounded: end === 'now',
    open: ({ metadata }) => openTopic(connection, name, label, options as TopicOptions, metadata),
  };
}

const startPatienceMs = 5000;

async function openTopic(
  { server, options, patienceMs }: Connection,
  topic: string,
  label: string,
  { partitions, end = 'never', isolation = 'committed' }: TopicOptions,
  metadata: boolean,
): Promise<SourceReader> {
  const client = await connect(server, options);
  try {
    const watch = await watchTopic(client, label, topic, partitions);
    const kind = isolation === 'committed' ? 'committed' : 'high';
    // A topic that has just been made is told of before it answers.
    const { signal } = new AbortController();
    const atStart = () => patiently(server, Math.min(patienceMs, startPatienceMs), signal, () => client.offsets(topic, kind)); // prettier-ignore
    const ends = end === 'never' ? undefined : await atStart();
    return topicReader({ client, watch, label, topic, isolation, metadata, patienceMs, ends });
  } catch (error) {
    await client.close();
    throw serverFailure(server, error);
  }
}
