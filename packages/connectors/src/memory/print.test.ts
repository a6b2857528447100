import { describe, expect, it } from 'vitest';
import {
  binary,
  bool,
  defineJob,
  int64,
  list,
  memoryStore,
  nullable,
  run,
  schema,
  timestamp,
  utf8,
  type Schema,
} from '@millrace/core';
import type { SinkWriter } from '@millrace/core/connector';
import { batchOf, contextOf, ContractRow, rowsNamed, type RankedRow } from '../testing/index.js';
import { memory } from './index.js';

async function publish(
  writer: SinkWriter,
  checkpoint: number,
  rows: RankedRow[],
  fields = ContractRow.fields as Schema['fields'],
) {
  // prettier-ignore
  writer.write(batchOf(rows, fields));
  writer.seal(checkpoint);
  const staged = await writer.stage(checkpoint);
  await writer.publish({ checkpoint, staged, final: false });
  return staged;
}

describe('memory().print', () => {
  it('prints a checkpoint of more rows than a call takes arguments', async () => {
    let lines = 0;
    const writer = await memory()
      .print({ write: () => lines++ })
      .open(contextOf());
    await publish(
      writer,
      0,
      Array.from({ length: 200_000 }, (_, i) => ({ time: i, offset: i, row: { id: 'a', n: 1 } })),
    );
    expect(lines).toBe(200_002);
    await writer.close();
  });

  it('prints a header once, and the rows of each checkpoint in order of time', async () => {
    const lines: string[] = [];
    const writer = await memory()
      .print({ write: (line) => lines.push(line) })
      .open(contextOf());
    await publish(writer, 0, rowsNamed('art', 'b').reverse());
    const staged = await publish(writer, 1, rowsNamed('longer than before'));
    await writer.publish({ checkpoint: 1, staged, final: true });
    await writer.close();
    expect(lines).toEqual(['id   n', '───  ─', 'art  0', 'b    1', 'longer than before  0']);
  });

  it('prints in a new process what was committed and maybe not printed', async () => {
    const lines: string[] = [];
    const writer = await memory()
      .print({ write: () => {} })
      .open(contextOf());
    writer.write(batchOf(rowsNamed('a')));
    writer.seal(0);
    const staged = JSON.parse(JSON.stringify(await writer.stage(0))) as never;
    const again = await memory().print({ write: (line) => lines.push(line) }).open(contextOf({ restored: 0 })); // prettier-ignore
    expect(await again.published()).toBe(-1);
    await again.publish({ checkpoint: 0, staged, final: false });
    expect(lines).toEqual(['id  n', '──  ─', 'a   0']);
  });

  it('makes a checkpoint of its own accord where much waits to be printed, and prints all', async () => {
    const Line = schema({ text: utf8 });
    const text = 'x'.repeat(1000);
    const count = 20_000;
    const lines: string[] = [];
    const checkpoints = memoryStore();
    const job = defineJob({
      name: 'lines',
      sources: {
        live: memory().rows(
          Line,
          Array.from({ length: count }, () => ({ text })),
        ),
      },
      graph: (rows) => ({ rows }),
      sinks: { rows: memory().print({ write: (line) => lines.push(line) }) },
      checkpoints,
    });
    await run(job, { mode: 'live', report: false, batchRows: 100, checkpointEvery: '1h' });
    expect(lines).toHaveLength(2 + count);
    for await (const { key, size } of checkpoints.list('')) expect([key, size < 1_300_000]).toEqual([key, true]);
  });

  it('writes every kind on one line', async () => {
    const lines: string[] = [];
    const { fields }: Schema = schema({ t: timestamp, l: int64, b: bool, y: binary, o: nullable(utf8), xs: list(int64) }); // prettier-ignore
    const writer = await memory().print({ write: (line) => lines.push(line) }).open(contextOf({ schema: { fields } })); // prettier-ignore
    const row = { t: new Date(0), l: 2n ** 60n, b: false, y: new Uint8Array(3), o: 'two\nlines', xs: [1n, 2n] };
    await publish(writer, 0, [{ time: 0, offset: 0, row }, { time: 1, offset: 1, row: { ...row, o: null } }], fields); // prettier-ignore
    expect(lines.slice(2)).toEqual([
      '1970-01-01T00:00:00.000Z  1152921504606846976  false  3 bytes  two\\nlines  ["1","2"]',
      '1970-01-01T00:00:00.000Z  1152921504606846976  false  3 bytes              ["1","2"]',
    ]);
  });
});
