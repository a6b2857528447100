import { mkdtemp, readdir, readFile, readlink, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bytesColumnOf, checkedJson, type Records } from '@millrace/core/connector';
import type { TopicLog } from '../topic-log.js';
import { folderLog } from './folder-log.js';

// What every source promises is in the contract suite; here is what stands behind it on a disk.

let root: string;
beforeEach(async () => (root = await mkdtemp(join(tmpdir(), 'millrace-'))));
afterEach(() => rm(root, { recursive: true, force: true }));

const opened = () => folderLog(root, 'events', 2);
const segmentsOf = async (partition: number) => (await readdir(join(root, 'records', String(partition)))).map((name) => join(root, 'records', String(partition), name)); // prettier-ignore

function runOf(partition: number, offset: number, values: readonly (string | Uint8Array)[]): Records {
  const length = values.length;
  return {
    partition,
    length,
    offsets: Float64Array.from({ length }, (_, row) => offset + row),
    next: offset + length,
    brokerTimes: new Float64Array(length),
    keys: bytesColumnOf(new Array<null>(length).fill(null)),
    values: bytesColumnOf(values),
    headers: undefined,
    decoded: undefined,
  };
}

const append = (log: TopicLog, partition: number, ...values: readonly (string | Uint8Array)[]): Promise<void> =>
  log.append([{ partition, run: (end) => runOf(partition, end, values) }]);

async function textsOf(log: TopicLog, partition: number, from = 0, rowsMax = 1000): Promise<string[]> {
  const texts: string[] = [];
  for (let position = from; ;) {
    const records = await log.read(partition, position, rowsMax);
    if (records === 'end') return texts;
    if (typeof records === 'string') throw new Error(records);
    const { values, length } = records;
    for (let row = 0; row < length; row++) {
      texts.push(new TextDecoder().decode(values.bytes.subarray(values.offsets[row], values.offsets[row + 1])));
    }
    position = records.next;
  }
}

describe('a topic in a folder', () => {
  it('cut at any byte of its last append shows all that came before, and goes on behind it', async () => {
    const first = await opened();
    await append(first, 0, 'a', 'b');
    const [path] = (await segmentsOf(0)) as [string];
    const whole = (await stat(path)).size;
    await append(first, 0, 'torn', 'torn too');
    const bytes = await readFile(path);
    for (const size of [whole, whole + 1, whole + 23, whole + 24, whole + 100, bytes.length - 8, bytes.length - 1]) {
      await rm(join(root, 'records', '0'), { recursive: true });
      await rm(join(root, 'writers'), { recursive: true });
      await rm(join(root, 'ends'), { recursive: true });
      const log = await opened();
      await append(log, 0, 'a', 'b');
      await writeFile((await segmentsOf(0))[0]!, bytes.subarray(0, size));
      const reopened = await opened();
      expect(await textsOf(reopened, 0)).toEqual(['a', 'b']);
      await append(reopened, 0, 'c');
      expect(await textsOf(reopened, 0)).toEqual(['a', 'b', 'c']);
      expect(await textsOf(await opened(), 0, 2)).toEqual(['c']);
      expect((await (await opened()).bounds())[0]).toEqual({ partition: 0, start: 0, end: 3 });
    }
  });

  it('with a byte changed anywhere says so, to readers and to the next writer', async () => {
    const log = await opened();
    await append(log, 0, 'a');
    const [path] = (await segmentsOf(0)) as [string];
    const whole = (await stat(path)).size;
    for (const text of ['b', 'c']) await append(log, 0, text);
    const bytes = await readFile(path);
    for (let at = whole; at < bytes.length; at += 13) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 0x40;
      await writeFile(path, changed);
      const damaged = await opened();
      await expect(textsOf(damaged, 0)).rejects.toMatchObject({ code: 'MILLRACE_SOURCE_UNREADABLE' });
      await expect(append(damaged, 0, 'd')).rejects.toMatchObject({ code: 'MILLRACE_SOURCE_UNREADABLE' });
    }
    await writeFile(path, bytes);
    expect(await textsOf(await opened(), 0)).toEqual(['a', 'b', 'c']);
  });

  it('whose small files are damaged says which', async () => {
    const log = await opened();
    await append(log, 0, 'a');
    for (const name of ['topic.json', 'partitions.json']) {
      const bytes = await readFile(join(root, name));
      for (const damaged of [bytes.subarray(0, 9), Buffer.alloc(bytes.length), Buffer.alloc(0)]) {
        await writeFile(join(root, name), damaged);
        await expect(opened().then((each) => each.bounds())).rejects.toThrow(`${name} cannot be read: it is damaged`);
      }
      await writeFile(join(root, name), bytes);
    }
    expect(await textsOf(await opened(), 0)).toEqual(['a']);
  });

  it('whose file is zeroed, emptied, cut or gone says so, once its end is known', async () => {
    const log = await opened();
    for (const text of ['a', 'b', 'c']) await append(log, 0, text);
    await log.seal();
    const [path] = (await segmentsOf(0)) as [string];
    const bytes = await readFile(path);
    for (const rest of [bytes.subarray(0, bytes.length / 2), Buffer.alloc(0), Buffer.alloc(bytes.length), undefined]) {
      await (rest === undefined ? rm(path) : writeFile(path, rest));
      await expect(textsOf(await opened(), 0)).rejects.toMatchObject({ code: 'MILLRACE_SOURCE_UNREADABLE' });
      await expect((await opened()).bounds()).rejects.toMatchObject({ code: 'MILLRACE_SOURCE_UNREADABLE' });
    }
  });

  it('damaged before its end says where, instead of ending there', async () => {
    const log = await opened();
    await append(log, 0, 'a');
    await append(log, 0, 'b');
    const [path] = (await segmentsOf(0)) as [string];
    await append(await opened(), 0, 'c');
    await truncate(path, (await stat(path)).size - 1);
    const reopened = await opened();
    await expect(textsOf(reopened, 0)).rejects.toMatchObject({ code: 'MILLRACE_SOURCE_UNREADABLE' });
    await expect(textsOf(reopened, 0)).rejects.toThrow('the records from offset 1 on are damaged');
    expect(await textsOf(reopened, 0, 2)).toEqual(['c']);
  });

  it('acknowledges nothing to a writer that was taken over, and loses nothing that it has acknowledged', async () => {
    const one = await opened();
    await append(one, 0, 'one 0');
    const two = await opened();
    await append(two, 0, 'two 0');
    await expect(append(one, 0, 'one 1')).rejects.toMatchObject({ code: 'MILLRACE_TOPIC_TAKEN' });
    await append(two, 0, 'two 1');
    expect(await textsOf(await opened(), 0)).toEqual(['one 0', 'two 0', 'two 1']);
    // It may take it back, by asking again.
    await append(one, 0, 'one 2');
    await expect(append(two, 0, 'two 2')).rejects.toMatchObject({ code: 'MILLRACE_TOPIC_TAKEN' });
    expect(await textsOf(await opened(), 0)).toEqual(['one 0', 'two 0', 'two 1', 'one 2']);
  });

  it('written by several at once keeps what was acknowledged, in order and once', async () => {
    const logs = await Promise.all([opened(), opened(), opened()]);
    const acknowledged: string[] = [];
    await Promise.all(
      logs.map(async (log, writer) => {
        for (let i = 0; i < 20; i++) {
          const text = `${writer}/${i}`;
          await append(log, i % 2, text).then(
            () => acknowledged.push(text),
            (error: unknown) => expect(error).toMatchObject({ code: 'MILLRACE_TOPIC_TAKEN' }),
          );
        }
      }),
    );
    const reader = await opened();
    const found = [...(await textsOf(reader, 0)), ...(await textsOf(reader, 1, 0, 1))];
    expect(new Set(found).size).toBe(found.length);
    expect(acknowledged.length).toBeGreaterThan(0);
    expect(found).toEqual(expect.arrayContaining(acknowledged));
    for (let writer = 0; writer < 3; writer++) {
      const own = (await textsOf(reader, 0)).filter((text) => text.startsWith(`${writer}/`));
      expect(own).toEqual([...own].sort((a, b) => Number(a.slice(2)) - Number(b.slice(2))));
    }
  });

  it('is sealed against writers that had claimed it before', async () => {
    const writer = await opened();
    await append(writer, 0, 'a');
    await (await opened()).seal();
    await expect(append(writer, 0, 'b')).rejects.toMatchObject({ code: 'MILLRACE_TOPIC_SEALED' });
    expect(await textsOf(writer, 0)).toEqual(['a']);
    await (await opened()).seal();
  });

  it('shares the syncs of appends that come at once, and keeps their order', async () => {
    const log = await opened();
    await Promise.all(Array.from({ length: 200 }, (_, i) => append(log, 0, `v${i}`)));
    expect(await textsOf(await opened(), 0)).toEqual(Array.from({ length: 200 }, (_, i) => `v${i}`));
    expect(await segmentsOf(0)).toHaveLength(1);
  });

  it('goes on to a new segment, removes old ones below the start, and finds its end again', async () => {
    const log = await opened();
    const large = new Uint8Array(12 * 1024 * 1024).fill(120);
    for (let i = 0; i < 13; i++) await append(log, 0, `first ${i}`, large);
    expect((await segmentsOf(0)).length).toBe(3);
    for (const [index, position] of [
      [0, 0],
      [5, 10],
      [12, 24],
    ] as const) {
      // prettier-ignore
      const [text] = await textsAt(await opened(), position);
      expect(text).toBe(`first ${index}`);
    }
    await log.deleteBefore(0, 20);
    expect((await segmentsOf(0)).length).toBe(2);
    const reopened = await opened();
    expect((await reopened.bounds())[0]).toEqual({ partition: 0, start: 20, end: 26 });
    expect(await reopened.read(0, 19, 1)).toBe('below');
    expect(await log.read(0, 0, 1)).toBe('below');
    expect((await textsAt(log, 20))[0]).toBe('first 10');
    await log.deleteBefore(0, 26);
    expect((await (await opened()).bounds())[0]).toEqual({ partition: 0, start: 26, end: 26 });
    await append(log, 0, 'last');
    expect(await textsOf(await opened(), 0, 26)).toEqual(['last']);
  });

  it('cuts a long append into frames, so that a reader need not take it whole', async () => {
    const log = await opened();
    await append(log, 0, ...Array.from({ length: 20_000 }, (_, i) => `v${i}`));
    const records = (await log.read(0, 8190, 5)) as Records;
    expect([...records.offsets]).toEqual([8190, 8191, 8192, 8193, 8194]);
    expect(await textsOf(log, 0, 19_998)).toEqual(['v19998', 'v19999']);
  });

  it('with a mark is appended once, also by the next process', async () => {
    const log = await opened();
    await append(log, 0, 'a');
    const marked = (to: TopicLog, ...values: string[]) =>
      to.append([{ partition: 0, mark: { text: 'L1/out/7', from: 1 }, run: (end) => runOf(0, end, values) }]);
    await marked(log, 'm');
    await append(log, 0, 'b');
    await marked(log, 'm');
    await marked(await opened(), 'm');
    expect(await textsOf(log, 0)).toEqual(['a', 'm', 'b']);
  });

  it('refuses a format that it does not know', async () => {
    await opened();
    await writeFile(join(root, 'topic.json'), checkedJson({ format: 2, id: 'x' }));
    await expect(opened()).rejects.toThrow('it was written in format 2, and this version reads format 1');
  });

  it('leaves no file open', async () => {
    const log = await opened();
    await append(log, 0, 'a');
    await textsOf(log, 0);
    const stop = log.watch(() => {});
    await append(log, 0, 'b');
    await textsOf(log, 0, 0, 1);
    await log.bounds();
    stop();
    expect((await openFiles()).filter((path) => path.startsWith(root))).toEqual([]);
  });
});

async function textsAt(log: TopicLog, position: number): Promise<string[]> {
  const records = await log.read(0, position, 1);
  if (typeof records === 'string') throw new Error(records);
  const { values, length } = records;
  return Array.from({ length }, (_, row) => new TextDecoder().decode(values.bytes.subarray(values.offsets[row], values.offsets[row + 1]))); // prettier-ignore
}

/** What this process has open, by path; only Linux tells. */
async function openFiles(): Promise<string[]> {
  const entries = await readdir('/proc/self/fd');
  return Promise.all(entries.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => 'closed')));
}
