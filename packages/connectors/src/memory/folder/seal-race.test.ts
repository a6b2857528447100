import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bytesColumnOf, type Records } from '@millrace/core/connector';
import type { PartitionRun } from '../topic-log.js';
import { appendQueue } from './append-queue.js';
import { folderLog } from './folder-log.js';
import { topicFiles, type TopicFiles } from './topic-files.js';

// One process sends while another ends the topic: the sender is held at each of its looks at the files in turn, until
// the topic has been ended and read to its end.

let root: string;
beforeEach(async () => (root = await mkdtemp(join(tmpdir(), 'millrace-'))));
afterEach(() => rm(root, { recursive: true, force: true }));

const looks = ['sealed', 'claim', 'endsOf', 'isClaimed'] as const;

describe.each(['before', 'after'] as const)('a sender that sleeps %s a look at the files', (when) => {
  it.each([
    ['that sends its first record', false],
    ['that has sent before', true],
  ])('%s is refused, or its record is there when the topic ends', async (_, hasSent) => {
    const slept: string[] = [];
    for (let nth = 0; ; nth++) {
      const folder = join(root, `${nth}`);
      const sleep = sleeper(nth, when);
      const { append } = appendQueue(sleep.over(await topicFiles(folder, 'events', 1)), 'events', () => {});
      if (hasSent) await append([one('first')]);
      sleep.starts();
      const sent = append([one('late')]).then(
        () => 'acknowledged',
        (error: unknown) => (error as { code: string }).code,
      );
      const look = await Promise.race([sleep.asleep, sent.then(() => undefined)]);
      const ending = await folderLog(folder, 'events', 1);
      await ending.seal();
      const whenEnded = await lengthOf(folder);
      sleep.ends();
      const outcome = await sent;
      expect(await lengthOf(folder), `asleep ${when} ${look} no. ${nth}`).toBe(whenEnded);
      const before = hasSent ? 1 : 0;
      if (outcome === 'acknowledged') expect(whenEnded, `asleep ${when} ${look} no. ${nth}`).toBe(before + 1);
      else expect(outcome).toBe('MILLRACE_TOPIC_SEALED');
      if (look === undefined) {
        expect(outcome).toBe('acknowledged');
        break;
      }
      slept.push(look);
    }
    expect(slept).toEqual(expect.arrayContaining(hasSent ? ['sealed', 'isClaimed'] : ['sealed', 'claim', 'isClaimed']));
  });
});

it('a topic whose sealer died before it told readers is sealed for the next sender, and ends', async () => {
  const files = await topicFiles(root, 'events', 1);
  const log = await folderLog(root, 'events', 1);
  await log.append([one('first')]);
  await files.claim(true);
  expect(await log.sealed()).toBe(false);
  const next = await folderLog(root, 'events', 1);
  await expect(next.append([one('late')])).rejects.toMatchObject({ code: 'MILLRACE_TOPIC_SEALED' });
  expect(await log.sealed()).toBe(true);
  expect(await lengthOf(root)).toBe(1);
});

/** How many records a reader finds that knows that the topic has ended. */
async function lengthOf(folder: string): Promise<number> {
  const log = await folderLog(folder, 'events', 1);
  expect(await log.sealed()).toBe(true);
  for (let position = 0; ;) {
    const records = await log.read(0, position, 100);
    if (records === 'end') return position;
    position = (records as Records).next;
  }
}

/** Lets the `nth` look of files wait, once it has started and until it ends. */
function sleeper(nth: number, when: 'before' | 'after') {
  let count = -1;
  let fallAsleep: (look: string) => void;
  let ends!: () => void;
  const asleep = new Promise<string>((resolve) => (fallAsleep = resolve));
  const ended = new Promise<void>((resolve) => (ends = resolve));
  const over = (files: TopicFiles): TopicFiles => {
    const slow = Object.fromEntries(
      looks.map((look) => [
        look,
        async (...given: never[]) => {
          const isIt = count >= 0 && count++ === nth;
          const real = files[look] as (...given: never[]) => Promise<unknown>;
          const found = when === 'after' ? await real(...given) : undefined;
          if (isIt) {
            fallAsleep(look);
            await ended;
          }
          return when === 'after' ? found : real(...given);
        },
      ]),
    );
    return { ...files, ...slow };
  };
  return { over, asleep, ends, starts: () => (count = 0) };
}

function one(text: string): PartitionRun {
  return {
    partition: 0,
    run: (end) => ({
      partition: 0,
      length: 1,
      offsets: Float64Array.of(end),
      next: end + 1,
      brokerTimes: new Float64Array(1),
      keys: bytesColumnOf([null]),
      values: bytesColumnOf([text]),
      headers: undefined,
      decoded: undefined,
    }),
  };
}
