import type { Pull, Records, Source, SourceReader } from '@millrace/core/connector';

const logger = { debug() {}, info() {}, warn() {}, error() {} };

/** Connects to a source, asking for everything. */
export function opened(source: Source): Promise<SourceReader> {
  return source.open({ columns: new Set(Object.keys(source.schema.fields)), metadata: true, logger });
}

/** A record, as text. */
export interface ReadRecord {
  readonly offset: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly time: number;
}

/** What a partition gives from a position on, until it has no more for now. */
export async function readAll(
  reader: SourceReader,
  partition = 0,
  from = 0,
): Promise<{ records: ReadRecord[]; position: number; kind: Pull['kind']; reads: number }> {
  const records: ReadRecord[] = [];
  let position = from;
  for (let reads = 1; ; reads++) {
    const pull = await reader.read(partition, position, 1000);
    if (pull.kind !== 'records') return { records, position, kind: pull.kind, reads };
    records.push(...recordsIn(pull.records));
    position = pull.records.next;
  }
}

function recordsIn({ length, offsets, keys, values, brokerTimes }: Records): ReadRecord[] {
  const text = (column: Records['keys'], row: number): string | null => {
    const { validity, bytes, offsets: at } = column;
    if (validity !== undefined && ((validity[row >> 3]! >> (row & 7)) & 1) === 0) return null;
    return new TextDecoder().decode(bytes.subarray(at[row], at[row + 1]));
  };
  return Array.from({ length }, (_, row) => {
    return { offset: offsets[row]!, key: text(keys, row), value: text(values, row), time: brokerTimes[row]! };
  });
}
