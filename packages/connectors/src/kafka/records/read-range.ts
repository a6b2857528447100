import type { Records } from '@millrace/core/connector';
import type { KafkaClient } from '../client/client.js';
import { kafkaCodes, ProtocolError } from '../client/failures.js';
import { answer } from './answer.js';

const waitMs = 100;
const partitionBytes = 1024 * 1024;

/**
 * The committed records of one partition from one offset up to another, which must be there. Waits for transactions that
 * are still open below `to`.
 */
export async function* readRange(
  client: KafkaClient,
  topic: string,
  partition: number,
  from: number,
  to: number,
): AsyncGenerator<Records> {
  for (let position = from; position < to;) {
    const state = await client.topic(topic);
    const node = state?.leaders[partition] ?? -1;
    if (state === undefined || node < 0) throw new ProtocolError(`has no leader for topic "${topic}"`, 5);
    const order = { topic, topicId: state.topicId, waitMs, partitionBytes, isolation: 'committed' } as const;
    const { error, partitions } = await client.fetch(node, { ...order, partitions: [{ partition, position }] });
    const [found] = partitions;
    const code = error === kafkaCodes.none ? found!.error : error;
    if (code !== kafkaCodes.none) throw new ProtocolError(`does not give the records of topic "${topic}"`, code);
    const part = answer(found!, position);
    for (;;) {
      const records = await part.take(8192, to);
      if (records === undefined) break;
      position = records.next;
      yield records;
    }
  }
}
