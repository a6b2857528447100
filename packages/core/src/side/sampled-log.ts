import type { Batch } from '../batch/batch.js';
import type { RejectedRow } from '../connector/records.js';
import type { Logger } from '../metrics/logger.js';
import { placeOf } from './side-record.js';

/** Says in the log that records were put aside, now and then: where and why, and no value of them. */
export interface SampledLog {
  /** `count` is how many there were before these. */
  say(
    outcome: 'late' | 'rejected',
    operator: string,
    batch: Batch,
    reason: RejectedRow,
    count: number,
    more: number,
  ): void;
}

/**
 * Logs the first record, and then one whenever their number has another digit: what happens a million times is said
 * seven times.
 */
export function sampledLog(logger: Logger): SampledLog {
  return {
    say(outcome, operator, batch, { row, code, field, sentence }, count, more) {
      if (count > 0 && String(count).length === String(count + more).length) return;
      const { source, partition, offset } = placeOf(batch, row);
      logger.warn({ operator, source, partition, offset, code, field, [outcome]: count + more }, sentence);
    },
  };
}
