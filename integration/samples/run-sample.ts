import { defineJob, run, type Fields, type Flow, type LedgerCounts, type Mode, type Schema } from '@millrace/core';
import { testSink, testSource, verify, virtualClock, type TestRecord, type TestRow } from '@millrace/core/testing';

/** What came of a sample. */
export interface SampleResult<O> {
  readonly rows: { readonly [K in keyof O]: readonly TestRow[] };
  readonly late: readonly TestRow[];
  /** The reasons, in the order of partition and offset. */
  readonly rejected: readonly string[];
  readonly ledger: { readonly [operator: string]: LedgerCounts };
}

/** Runs a graph over a sample, first in many histories against its reference, then once to show what came out. */
export async function runSample<F extends Fields, O extends { readonly [output: string]: Flow<Fields, Mode> }>(
  schema: Schema<F>,
  graph: (flow: Flow<F>) => O,
  records: readonly (readonly TestRecord[])[],
): Promise<SampleResult<O>> {
  const inputs: Schema = schema;
  await verify({ inputs, graph: graph as never, records });
  const sinks: Record<string, ReturnType<typeof testSink>> = { late: testSink('late'), rejected: testSink('rejected') };
  const job = defineJob({
    name: 'sample',
    sources: { live: testSource('sample', schema, records) },
    graph: (flow: Flow<F>) => {
      const outputs = graph(flow);
      for (const output of Object.keys(outputs)) sinks[output] = testSink(output);
      return outputs;
    },
    sinks: sinks as never,
  });
  const { ledger } = await run(job, { mode: 'live', clock: virtualClock(1), report: false } as never);
  const { late, rejected, ...outputs } = sinks;
  const place = ({ partition, offset }: TestRow): number => Number(partition) * 1e6 + Number(offset);
  return {
    rows: Object.fromEntries(
      Object.entries(outputs).map(([name, { rows }]) => [name, rows]),
    ) as SampleResult<O>['rows'],
    late: late!.rows,
    rejected: [...rejected!.rows]
      .sort((a, b) => place(a) - place(b))
      .map(({ code, field }) => `${String(code)} ${String(field)}`),
    ledger,
  };
}
