import type { Chain } from '../checkpoint/chain.js';
import type { Manifest } from '../checkpoint/manifest.js';
import type { GraphInstance } from '../graph/graph-instance.js';
import { addLedger, type LedgerCounts } from '../ledger/ledger.js';
import { named } from '../plan/named.js';
import type { StateTables } from '../state/table.js';
import { digestState } from './checkpointer.js';
import type { InputReader } from './input-reader.js';
import type { OutputWriter } from './output-writer.js';

/** Gives operators, digests and ledgers back what the checkpoint `head` has kept of them. */
export async function restore(
  chain: Chain,
  head: Manifest,
  graph: GraphInstance,
  inputs: readonly InputReader[],
  outputs: readonly OutputWriter[],
): Promise<void> {
  const { tableFromIpc } = await import('../state/ipc.js');
  const states = new Map<string, readonly StateTables[]>();
  for (const [name, { files }] of Object.entries(head.state)) {
    const parts: Record<string, StateTables[string]>[] = [];
    for (const file of files) {
      (parts[file.task] ??= {})[file.table] = tableFromIpc(await chain.getState(file));
    }
    states.set(
      name,
      parts.filter((part) => part !== undefined),
    );
  }
  for (const [name, parts] of states) graph.restore(name, parts);
  for (const writer of outputs) {
    const cut = named(head.outputs, writer.output);
    if (cut === undefined) continue;
    writer.restore({ rows: cut.rows, hash: cut.digest }, states.get(digestState(writer.output))?.[0]);
  }
  graph.countOn(new Map(Object.entries(head.ledgers)));
  for (const { name, ledger } of inputs) {
    const counts = head.ledgers[sourceLedger(name)];
    if (counts !== undefined) addLedger(ledger, counts);
  }
}

/** The ledgers of a run: of the decoder per input, and of every operator. */
export function allLedgers(graph: GraphInstance, inputs: readonly InputReader[]): ReadonlyMap<string, LedgerCounts> {
  return new Map([...inputs.map(({ name, ledger }) => [sourceLedger(name), ledger] as const), ...graph.ledgers()]);
}

function sourceLedger(input: string): string {
  return `source(${input})`;
}
