import type { DecodedRecords, Records } from '../connector/records.js';
import type { Source, SourcePartition, SourceReader } from '../connector/source.js';
import { jsonDecoder } from '../decode/json-decoder.js';
import type { Domain } from '../group/domain.js';
import { emptyLedger, type LedgerCounts } from '../ledger/ledger.js';
import type { PlanNode } from '../plan/node.js';
import { sampledLog, type SampledLog } from '../side/sampled-log.js';
import type { JobInput } from './job-plan.js';
import { openHandoff } from './handoff.js';
import type { RunSettings } from './run-settings.js';

/** An input of a graph while a run reads it. */
export interface InputReader {
  readonly name: string;
  readonly node: PlanNode;
  readonly source: Source;
  readonly reader: SourceReader;
  /** The decoder's ledger: it is the operator `source`. */
  readonly ledger: LedgerCounts;
  readonly log: SampledLog;
  /** How many text values were mended, and keys were repeated, so far. */
  repaired: number;
  repeatedKeys: number;
  decode(records: Records): DecodedRecords;
}

/** Connects an input in the mode of the run. */
export async function openInput(
  input: JobInput,
  { mode, logger, domain }: RunSettings,
  columns: ReadonlySet<string>,
  metadata: boolean,
): Promise<InputReader> {
  const { live, replay } = input;
  const source = mode === 'live' ? live : replay!;
  const { keyedBy } = live;
  const needed = keyedBy === undefined ? columns : new Set([...columns, keyedBy]);
  const context = { columns: needed, metadata: metadata || keyedBy !== undefined, logger };
  const whole = mode === 'both' ? await openHandoff(replay!, live, context) : await source.open(context);
  const reader = domain === undefined ? whole : partOf(whole, domain);
  const decoder = jsonDecoder(live.schema, needed);
  return {
    name: input.name,
    node: input.flow.node,
    source: mode === 'both' ? live : source,
    reader,
    ledger: emptyLedger(),
    log: sampledLog(logger),
    repaired: 0,
    repeatedKeys: 0,
    decode: (records) => records.decoded ?? decoder.decode(records),
  };
}

/** The same source, of which no other partition is seen. */
function partOf(reader: SourceReader, domain: Domain): SourceReader {
  const partitions = async (): Promise<readonly SourcePartition[]> =>
    (await reader.partitions()).filter(({ partition }) => partition === domain.partition);
  return { ...reader, partitions };
}
