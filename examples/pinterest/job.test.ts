import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isMillraceError, run, type RunResult } from '@millrace/core';
import { postPins, type Posted } from './demo/post.js';
import { mistakes } from './demo/summary.js';
import { windowsOf } from './demo/windows.js';
import { pinPipeline, type PinPipeline } from './job.js';

const pins = 6_000;
const quiet = { report: false } as const;

describe('the pipeline on a folder', { timeout: 120_000 }, () => {
  let root: string;
  let pipeline: PinPipeline;
  let posted: Posted;
  let live: RunResult;
  let archived: RunResult;

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'pins-'));
    pipeline = pinPipeline(root);
    posted = await postPins(pipeline.topic, pins, () => undefined);
    // The original ran its consumer in one task of a schedule, and the next task waited for ever.
    [live, archived] = await Promise.all([
      run(pipeline.job('popularity', 'pins', pipeline.results('live')), { ...quiet, mode: 'live' }),
      run(pipeline.archive('pins'), { ...quiet, mode: 'live' }),
    ]);
  }, 120_000);
  afterAll(() => rm(root, { recursive: true, force: true }));

  it('gives the right answer live, with the archive beside it', async () => {
    expect(mistakes('live', live, await windowsOf(pipeline, 'live'), posted.answer)).toEqual([]);
    expect(archived.ledger['source']?.in).toBe(pins);
  });

  it('gives the same rows in replay, and once only however often it runs', async () => {
    const results = pipeline.results('replay');
    const job = pipeline.job('popularity', 'pins', results);
    const replayed = await run(job, { ...quiet, mode: 'replay' });
    expect(replayed.outputs).toEqual(live.outputs);
    expect(replayed.ledger).toEqual(live.ledger);

    // A history that is complete is not begun again by accident …
    await expect(run(job, { ...quiet, mode: 'replay' })).rejects.toSatisfy((error) => isMillraceError(error));
    expect((await tableOf('replay_pins')).rows).toBe(posted.answer.kept);
    // … and where that is asked for, its rows take the place of the old ones.
    const again = await run(job, { ...quiet, mode: 'replay', lineage: 'new', publish: 'replace' });
    expect(again.outputs).toEqual(live.outputs);
    expect((await tableOf('replay_pins')).rows).toBe(posted.answer.kept);
    expect(mistakes('replay', again, await windowsOf(pipeline, 'replay'), posted.answer)).toEqual([]);
  });

  it('goes from the lake on to the topic where the lake ends', async () => {
    const job = pipeline.job('both', 'pins', pipeline.results('both'));
    const both = await run(job, { ...quiet, mode: 'both', atEnd: 'flush' });
    expect(both.outputs).toEqual(live.outputs);
    expect((await tableOf('both_pins')).rows).toBe(posted.answer.kept);
  });

  it('keeps many records in few objects', async () => {
    const table = await tableOf('pins');
    expect(table.rows).toBe(pins);
    expect(table.files).toBeLessThanOrEqual(6);
  });

  it('puts aside what it could not take, with the place and the reason', async () => {
    const { rejected, late } = pipeline.results('live');
    const reasons = await rejected.rows();
    const { source, clean, eventTime } = posted.answer.rejected;
    expect(reasons).toHaveLength(source + clean + eventTime);
    for (const row of reasons)
      expect(row).toMatchObject({ source: 'pins', code: expect.stringMatching(/^MILLRACE_/) as string });
    expect(await late.rows()).toHaveLength(posted.answer.late);
  });

  /** What the Delta log of a table says of it. */
  async function tableOf(name: string): Promise<{ readonly files: number; readonly rows: number }> {
    const log = join(root, 'lake', name, '_delta_log');
    const rowsOf = new Map<string, number>();
    for (const file of (await readdir(log)).filter((each) => /^\d+\.json$/.test(each)).sort()) {
      for (const line of (await readFile(join(log, file), 'utf8')).split('\n').filter((each) => each !== '')) {
        const { add, remove } = JSON.parse(line) as {
          add?: { path: string; stats: string };
          remove?: { path: string };
        };
        if (remove !== undefined) rowsOf.delete(remove.path);
        if (add !== undefined) rowsOf.set(add.path, (JSON.parse(add.stats) as { numRecords: number }).numRecords);
      }
    }
    return { files: rowsOf.size, rows: [...rowsOf.values()].reduce((sum, rows) => sum + rows, 0) };
  }
});
