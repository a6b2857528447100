import { jsonDecoder, type DecodedRecords } from '@millrace/core/connector';
import { pinRecords } from './pin-records.js';
import { RawPin } from './windows-graph.js';

/** Some columns of a run of pins. */
export interface PinColumns {
  readonly length: number;
  readonly columns: DecodedRecords['columns'];
}

/** The pins in memory as columns, as the decoder of a topic gives them. */
export function pinColumns(records: number, columns: ReadonlySet<string>): PinColumns[] {
  const decoder = jsonDecoder(RawPin, columns);
  return Array.from(pinRecords(records), (batch) => {
    const decoded = decoder.decode(batch);
    if (decoded.rejected.length > 0) throw new Error(decoded.rejected[0]!.sentence);
    return { length: batch.length, columns: decoded.columns };
  });
}
