import { apiKeys, type Request } from './request.js';
import type { WireReader } from './wire-reader.js';

/** What a broker says of one topic. */
export interface TopicMetadata {
  readonly clusterId: string;
  /** A number of Kafka's error codes; 0 where there is none. */
  readonly error: number;
  /** The id that a topic keeps for its life, as hex; undefined where the brokers know none. */
  readonly topicId: string | undefined;
  readonly partitions: readonly PartitionMetadata[];
}

/** What a broker says of one partition. */
export interface PartitionMetadata {
  readonly partition: number;
  readonly error: number;
  /** The node that answers for it; −1 while there is none. */
  readonly leader: number;
}

/** The lowest version of the request that knows ids of topics. */
export const metadataWithIds = 12;
const metadataWithoutIds = 5;

/** Asks for one topic, without making it. */
export function metadataRequest(topic: string, withIds: boolean): Request<TopicMetadata> {
  return {
    apiKey: apiKeys.metadata,
    apiName: 'Metadata',
    apiVersion: withIds ? metadataWithIds : metadataWithoutIds,
    write(to) {
      if (!withIds) {
        to.int32(1).text(topic).int8(0);
        return;
      }
      const noId = new Uint8Array(16);
      to.noTags().uvarint(2).bytes(noId).compactText(topic).noTags().int8(0).int8(0).noTags();
    },
    read: withIds ? readWithIds : readWithoutIds,
  };
}

function readWithIds(from: WireReader): TopicMetadata {
  from.skipTags();
  from.int32();
  from.compactList(() => {
    from.int32();
    from.compactText();
    from.int32();
    from.compactText();
    from.skipTags();
  });
  const clusterId = from.compactText();
  from.int32();
  const [topic] = from.compactList(() => {
    const error = from.int16();
    from.compactText();
    const topicId = from.uuid();
    from.int8();
    const partitions = from.compactList(() => {
      const found = { error: from.int16(), partition: from.int32(), leader: from.int32() };
      from.int32();
      for (let list = 0; list < 3; list++) from.compactList(() => from.int32());
      from.skipTags();
      return found;
    });
    from.int32();
    from.skipTags();
    return { clusterId, error, topicId, partitions };
  });
  return topic!;
}

function readWithoutIds(from: WireReader): TopicMetadata {
  from.int32();
  from.list(() => {
    from.int32();
    from.text();
    from.int32();
    from.text();
  });
  const clusterId = from.text();
  from.int32();
  const [topic] = from.list(() => {
    const error = from.int16();
    from.text();
    from.int8();
    const partitions = from.list(() => {
      const found = { error: from.int16(), partition: from.int32(), leader: from.int32() };
      for (let list = 0; list < 3; list++) from.list(() => from.int32());
      return found;
    });
    return { clusterId, error, topicId: undefined, partitions };
  });
  return topic!;
}
