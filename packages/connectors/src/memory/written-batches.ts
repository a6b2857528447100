import { batchBytes, compact, type Batch, type Room } from '@millrace/core/connector';

/**
 * Rows that become objects or texts when they are staged take several times what their columns take: more than this does
 * not wait for a checkpoint.
 */
const bytesMax = 16 * 1024 * 1024;

/** Rows as they are written, until a stage is cut. */
export interface WrittenBatches {
  add(batch: Batch): void;
  room(): Room;
  /** Takes what was written so far. */
  take(): readonly Batch[];
}

/** No rows yet. */
export function writtenBatches(): WrittenBatches {
  let batches: Batch[] = [];
  let bytes = 0;
  let counted = new Set<ArrayBufferLike>();
  return {
    add(batch) {
      // Without the records that it was decoded from, which would stay in memory with it.
      const kept = { ...compact(batch), origin: undefined };
      batches.push(kept);
      bytes += batchBytes(kept, counted);
    },
    room: () => (bytes < bytesMax ? undefined : 'stage'),
    take() {
      const taken = batches;
      batches = [];
      bytes = 0;
      counted = new Set();
      return taken;
    },
  };
}
