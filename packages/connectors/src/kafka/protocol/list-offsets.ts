import { apiKeys, type Request } from './request.js';

/** Where a partition begins, or ends. */
export interface ListedOffset {
  readonly partition: number;
  readonly error: number;
  readonly offset: number;
}

/** Which end of a partition is asked for: `committed` is the offset below which no transaction is open. */
export type OffsetKind = 'start' | 'committed' | 'high';

/** Asks the leader of `partitions` for one end of each. */
export function listOffsetsRequest(
  topic: string,
  partitions: readonly number[],
  kind: OffsetKind,
): Request<readonly ListedOffset[]> {
  return {
    apiKey: apiKeys.listOffsets,
    apiName: 'ListOffsets',
    apiVersion: 4,
    write(to) {
      to.int32(-1)
        .int8(kind === 'high' ? 0 : 1)
        .int32(1)
        .text(topic)
        .int32(partitions.length);
      for (const partition of partitions) {
        to.int32(partition)
          .int32(-1)
          .int64(kind === 'start' ? -2 : -1);
      }
    },
    read(from) {
      from.int32();
      return from
        .list(() => {
          from.text();
          return from.list(() => {
            const partition = from.int32();
            const error = from.int16();
            from.int64();
            const offset = from.int64();
            from.int32();
            return { partition, error, offset };
          });
        })
        .flat();
    },
  };
}
