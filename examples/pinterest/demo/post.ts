import { emulatePins } from '../records/emulator.js';
import { rightAnswer, type RightAnswer } from '../records/right-answer.js';
import type { PinPipeline } from '../job.js';

/** What was posted, and what must come of it. */
export interface Posted {
  readonly bytes: number;
  readonly ms: number;
  readonly answer: RightAnswer;
}

const batchPins = 2_000;

/** Posts pins into the topic and ends it. `onProgress` is told how many are durable there. */
export async function postPins(
  topic: PinPipeline['topic'],
  pins: number,
  onProgress: (posted: number) => void,
): Promise<Posted> {
  const startedAt = performance.now();
  const tally = rightAnswer();
  let bytes = 0;
  let posted = 0;
  let batch: Parameters<typeof topic.append>[0][number][] = [];
  const send = async (): Promise<void> => {
    await topic.append(batch);
    posted += batch.length;
    batch = [];
    onProgress(posted);
  };
  for (const record of emulatePins({ pins })) {
    const { key, brokerTime } = record;
    const value = typeof record.value === 'string' ? utf8.encode(record.value) : record.value;
    tally.add(record);
    bytes += value.length;
    batch.push({ key, value, brokerTime });
    if (batch.length === batchPins) await send();
  }
  await send();
  await topic.end();
  return { bytes, ms: performance.now() - startedAt, answer: tally.answer() };
}

const utf8 = new TextEncoder();
