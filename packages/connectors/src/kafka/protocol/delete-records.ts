import { apiKeys, type Request } from './request.js';

/** Asks the leader of a partition to remove the records below an offset. Gives an error code; 0 where it has. */
export function deleteRecordsRequest(topic: string, partition: number, offset: number): Request<number> {
  return {
    apiKey: apiKeys.deleteRecords,
    apiName: 'DeleteRecords',
    apiVersion: 1,
    write(to) {
      to.int32(1).text(topic).int32(1).int32(partition).int64(offset).int32(30_000);
    },
    read(from) {
      from.int32();
      const codes = from.list(() => {
        from.text();
        return from.list(() => {
          from.int32();
          from.int64();
          return from.int16();
        });
      });
      return codes.flat()[0]!;
    },
  };
}
