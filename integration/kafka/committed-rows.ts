import type { Fields, Row, Schema } from '@millrace/core';
import { jsonDecoder, rowsOf } from '@millrace/core/connector';
import { kafka } from '@millrace/connectors/kafka';

const context = {
  columns: new Set<string>(),
  metadata: true,
  logger: { debug() {}, info() {}, warn() {}, error() {} },
};

/** The rows that a reader of committed records sees, when no transaction is open any more. */
export async function committedRows<F extends Fields>(
  brokers: string,
  topic: string,
  schema: Schema<F>,
): Promise<Row<F>[]> {
  const on = (isolation: 'committed' | 'uncommitted') =>
    kafka({ brokers: [brokers] }).topic(topic, schema, { isolation });
  const reader = await on('committed').open(context);
  const all = await on('uncommitted').open(context);
  const ends = async () => {
    for (;;) {
      const [committed, every] = [await reader.partitions(), await all.partitions()];
      if (committed.every(({ end }, i) => end === every[i]!.end)) return committed;
    }
  };
  const rows: Row<F>[] = [];
  const decoder = jsonDecoder(schema, new Set(Object.keys(schema.fields)));
  for (const { partition, start, end } of await ends()) {
    for (let position = start; position < end;) {
      const pull = await reader.read(partition, position, 1000);
      if (pull.kind !== 'records') throw new Error(`${pull.kind} at offset ${position} of ${end}`);
      const { columns } = decoder.decode(pull.records);
      const { length } = pull.records;
      const batch = { length, selection: undefined, columns, time: undefined, order: [], group: new Int32Array(length), origin: undefined }; // prettier-ignore
      rows.push(...rowsOf<F>(schema.fields, batch));
      position = pull.records.next;
    }
  }
  await Promise.all([reader.close(), all.close()]);
  return rows;
}
