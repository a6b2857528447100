import type { PlanNode } from '../plan/node.js';
import { named } from '../plan/named.js';
import type { OperatorState } from './manifest.js';

/** The format of what an upsert output keeps for its digest: it goes with its output. */
export const digestFormat = 'digest';

/** What has become of the operators with state since the last checkpoint (law 10). */
export interface PlanChange {
  readonly kept: readonly string[];
  readonly new: readonly string[];
  /** With the rows of state that would go with them. */
  readonly dropped: readonly { readonly name: string; readonly rows: number }[];
  /** Of the same name, but of another meaning: one sentence each. */
  readonly incompatible: readonly string[];
}

/** Compares the operators of a plan with the state of a checkpoint. */
export function planChange(
  names: ReadonlyMap<PlanNode, string>,
  state: { readonly [operator: string]: OperatorState },
): PlanChange {
  const kept: string[] = [];
  const added: string[] = [];
  const incompatible: string[] = [];
  const stateful = new Map<string, string>();
  for (const [node, name] of names) if (node.state !== undefined) stateful.set(name, node.state.format);
  for (const [name, format] of stateful) {
    const before = named(state, name);
    if (before === undefined) added.push(name);
    else if (before.format === format) kept.push(name);
    else incompatible.push(`${name} was ${changed(before.format, format)} and is ${changed(format, before.format)}`);
  }
  const dropped = Object.entries(state)
    .filter(([name, { format }]) => format !== digestFormat && !stateful.has(name))
    .map(([name, { files }]) => ({ name, rows: files.reduce((sum, { rows }) => sum + rows, 0) }));
  return { kept, new: added, dropped, incompatible };
}

/** The parts of a format that the other one does not have; all of it where it has all of them. */
function changed(format: string, other: string): string {
  const others = new Set(other.split('; '));
  const parts = format.split('; ').filter((part) => !others.has(part));
  return parts.length === 0 ? format : parts.join('; ');
}
