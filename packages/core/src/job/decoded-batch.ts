import type { Batch } from '../batch/batch.js';
import type { GraphInstance } from '../graph/graph-instance.js';
import { sideBatch } from '../side/side-record.js';
import type { PartitionReader } from './partition-reader.js';
import { checkKeys, sourceBatch } from './source-batch.js';

/** Takes what a partition has to give, decodes it, and puts aside what cannot be read. */
export function decodedBatch(partition: PartitionReader, graph: GraphInstance): Batch {
  const { input, task } = partition;
  const records = partition.take();
  const { rejected, repaired, repeatedKeys, columns } = input.decode(records);
  const batch = sourceBatch(input.name, records, columns, rejected);
  if (rejected.length > 0) {
    const { ledger } = input;
    input.log.say('rejected', 'source', batch, rejected[0]!, ledger.rejected, rejected.length);
  }
  input.ledger.in += records.length;
  input.ledger.rejected += rejected.length;
  input.ledger.taken += records.length - rejected.length;
  input.repaired += repaired;
  input.repeatedKeys += repeatedKeys;
  const { keyedBy, label } = input.source;
  if (keyedBy !== undefined) checkKeys(label, keyedBy, batch, input.node.schema);
  if (rejected.length > 0) graph.reject(input.node, task, () => sideBatch(batch, 'source', rejected, {}));
  return batch;
}
