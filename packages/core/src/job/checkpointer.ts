import type { Chain } from '../checkpoint/chain.js';
import type {
  Manifest,
  OperatorState,
  SourceCut,
  StagedOutputs,
  StateFile,
  StoredTimeLogEntry,
} from '../checkpoint/manifest.js';
import { digestFormat } from '../checkpoint/plan-change.js';
import type { GraphInstance } from '../graph/graph-instance.js';
import type { LedgerCounts } from '../ledger/ledger.js';
import { named } from '../plan/named.js';
import type { StateTables } from '../state/table.js';
import { fieldsText } from '../schema/schema.js';
import type { TimeLogEntry } from '../time/time-log.js';
import type { FaultPoint } from './faults.js';
import type { InputReader } from './input-reader.js';
import type { OutputWriter } from './output-writer.js';
import type { PartitionReader } from './partition-reader.js';

/** What one checkpoint is made of. */
export interface CheckpointParts {
  readonly job: string;
  readonly lineage: string;
  readonly chain: Chain;
  readonly graph: GraphInstance;
  readonly inputs: readonly InputReader[];
  readonly partitions: readonly PartitionReader[];
  readonly outputs: readonly OutputWriter[];
  readonly ledgers: () => ReadonlyMap<string, LedgerCounts>;
  readonly fault: (point: FaultPoint) => void;
  /** Told of the checkpoint once all of it can be seen. */
  readonly published: (manifest: Manifest) => void;
}

/** Why a checkpoint is made, and what it records beside positions and state. */
export interface CheckpointOrder {
  readonly number: number;
  readonly entries: readonly TimeLogEntry[];
  /** It ends the run, by the end of the input. */
  readonly final: boolean;
  readonly complete: boolean;
  readonly replaced: boolean;
}

/** A checkpoint whose cut was taken: the rest needs no standstill. */
export interface TakenCheckpoint {
  /** Stores state, stages output, commits, publishes. Returns the manifest and the bytes of state. */
  finish(): Promise<{ readonly manifest: Manifest; readonly stateBytes: number }>;
}

/**
 * Takes the cut of a checkpoint, synchronously and between two pulls (DESIGN §6): the snapshots of all operators and the
 * seals of all sinks. Everything after it goes on beside the run.
 */
export function takeCheckpoint(parts: CheckpointParts, order: CheckpointOrder): TakenCheckpoint {
  const { graph, outputs, chain, fault } = parts;
  const { number } = order;
  const snapshots = new Map<string, readonly StateTables[]>(graph.snapshot(number));
  const cut = {
    sources: sourceCuts(parts),
    ledgers: Object.fromEntries([...parts.ledgers()].map(([name, counts]) => [name, { ...counts }])),
    outputs: Object.fromEntries(
      outputs.map((each) => {
        const { output, node } = each;
        const { rows, hash } = each.value();
        return [output, { schema: fieldsText(node.schema.fields), rows, digest: hash }];
      }),
    ),
  };
  const formats = new Map([...graph.names].map(([node, name]) => [name, node.state?.format ?? '']));
  for (const each of outputs) {
    if (each.node.mode !== 'upsert') continue;
    snapshots.set(digestState(each.output), [each.snapshot()]);
    formats.set(digestState(each.output), digestFormat);
  }
  for (const each of outputs) each.seal(number, graph.tasks);
  fault('barrier taken');

  return {
    async finish() {
      const state: [name: string, kept: OperatorState][] = [];
      let stateBytes = 0;
      for (const [name, tasks] of snapshots) {
        const files = await storeTables(chain, number, name, tasks);
        stateBytes += files.reduce((sum, { bytes }) => sum + bytes, 0);
        state.push([name, { format: formats.get(name)!, files }]);
      }
      fault('state stored');
      const staged = await stageOutputs(outputs, order, chain.head!.staged);
      fault('output staged');
      const manifest: Manifest = {
        v: 1,
        number,
        nonce: chain.nonce,
        claim: false,
        job: parts.job,
        lineage: parts.lineage,
        createdAt: new Date().toISOString(),
        ...cut,
        timeLog: order.entries.map(storedEntry),
        state: Object.fromEntries(state),
        staged,
        complete: order.complete,
        // Results that were swapped in stay this history's own.
        replaced: order.replaced || chain.head!.replaced,
        ...(chain.head!.insteadOf === undefined ? {} : { insteadOf: chain.head!.insteadOf }),
      };
      await chain.commit(manifest);
      fault('manifest committed');
      await publishOutputs(outputs, staged);
      fault('output published');
      parts.published(manifest);
      return { manifest, stateBytes };
    },
  };
}

/** Makes visible what a manifest says was staged: idempotent, so recovery begins with it. */
export async function publishOutputs(outputs: readonly OutputWriter[], staged: StagedOutputs): Promise<void> {
  const { checkpoint, final } = staged;
  await Promise.all(
    outputs.map(({ output, writer }) =>
      writer.publish({ checkpoint, staged: named(staged.outputs, output) ?? null, final }),
    ),
  );
}

/** The name under which the last rows per key of an upsert output are kept, for its digest. */
export function digestState(output: string): string {
  return `digest(${output})`;
}

/** An entry as JSON can hold it. */
function storedEntry(entry: TimeLogEntry): StoredTimeLogEntry {
  return { ...entry, watermark: entry.watermark === Infinity ? 'end' : entry.watermark };
}

/** The entry behind its JSON. */
export function entryOfStored(entry: StoredTimeLogEntry): TimeLogEntry {
  return { ...entry, watermark: entry.watermark === 'end' ? Infinity : entry.watermark };
}

function sourceCuts({ inputs, partitions }: CheckpointParts): { readonly [input: string]: SourceCut } {
  return Object.fromEntries(
    inputs.map((input) => [
      input.name,
      {
        identity: input.reader.identity,
        positions: Object.fromEntries(
          partitions.filter((each) => each.input === input).map(({ partition, position }) => [partition, position]),
        ),
      },
    ]),
  );
}

async function storeTables(
  chain: Chain,
  number: number,
  name: string,
  tasks: readonly StateTables[],
): Promise<readonly StateFile[]> {
  // Arrow takes a while to load: not before there is state.
  const { tableToIpc } = await import('../state/ipc.js');
  const files: StateFile[] = [];
  for (const [task, tables] of tasks.entries()) {
    for (const [table, content] of Object.entries(tables)) {
      files.push(await chain.putState(number, { table, task, rows: content.length }, name, tableToIpc(content)));
    }
  }
  return files;
}

async function stageOutputs(
  outputs: readonly OutputWriter[],
  { number, final }: CheckpointOrder,
  before: StagedOutputs,
): Promise<StagedOutputs> {
  const staged = await Promise.all(
    outputs.map(async ({ output, writer }) => [output, await writer.stage(number)] as const),
  );
  const shown = Object.fromEntries(Object.keys(before.outputs).map((output) => [output, before.checkpoint]));
  return { checkpoint: number, outputs: Object.fromEntries(staged), shown, final };
}
