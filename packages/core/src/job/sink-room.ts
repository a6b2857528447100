import type { SinkWriter } from '../connector/sink.js';
import { millraceError } from '../error/millrace-error.js';
import type { CheckpointSchedule } from './checkpoint-schedule.js';
import type { OutputWriter } from './output-writer.js';

/** Waits until every sink has room; true where one has none before its rows are staged. */
export async function roomAfterCheckpoint(
  outputs: readonly OutputWriter[],
  checkpoints: CheckpointSchedule,
): Promise<boolean> {
  let needsCheckpoint = false;
  for (const each of outputs) {
    const room = each.writer.room();
    if (room !== 'stage') {
      if (room !== undefined) await room;
      continue;
    }
    needsCheckpoint = true;
    if (each.unsealedRows > 0 || checkpoints.underWay) continue;
    // One checkpoint after the other would be made, and nothing read.
    const problem = `the sink of output "${each.output}" asks for a checkpoint to have room, with no row since the last one`;
    throw millraceError('MILLRACE_INTERNAL', { problem });
  }
  return needsCheckpoint;
}

/** Whether a sink has room behind a checkpoint only. What it fails with meanwhile is told by who waits for it. */
export function asksForStage(writer: SinkWriter): boolean {
  const room = writer.room();
  if (room === 'stage') return true;
  room?.catch(() => undefined);
  return false;
}
