import { millraceError, throwIssues, type MillraceError } from '../error/millrace-error.js';
import type { PlanNode } from './node.js';

/** The named outputs of a graph, as nodes, in the order in which the graph gave them. */
export type PlanOutputs = ReadonlyMap<string, PlanNode>;

/** All nodes behind the outputs, each once, inputs before the nodes that read them. */
export function nodesOf(roots: Iterable<PlanNode>): readonly PlanNode[] {
  const done = new Set<PlanNode>();
  const visit = (node: PlanNode): void => {
    if (done.has(node)) return;
    node.inputs.forEach(visit);
    done.add(node);
  };
  for (const root of roots) visit(root);
  return [...done];
}

/** The nodes that are above `node`, itself included. */
export function ancestorsOf(node: PlanNode): ReadonlySet<PlanNode> {
  return new Set(nodesOf([node]));
}

/** Per node, the columns of its output that something behind it reads; of an output all. */
export function neededColumns(outputs: PlanOutputs): ReadonlyMap<PlanNode, ReadonlySet<string>> {
  const nodes = nodesOf(outputs.values());
  const needed = new Map<PlanNode, Set<string>>(nodes.map((node) => [node, new Set()]));
  for (const node of outputs.values()) {
    for (const field of Object.keys(node.schema.fields)) needed.get(node)!.add(field);
  }
  for (const node of [...nodes].reverse()) {
    const inputs = node.needs(needed.get(node)!);
    node.inputs.forEach((input, i) => inputs[i]?.forEach((field) => needed.get(input)!.add(field)));
  }
  return needed;
}

/** Whether a source has to hand over keys, headers, broker times and raw values as well. */
export function needsMetadata(outputs: PlanOutputs): boolean {
  return nodesOf(outputs.values()).some((node) => node.metadata);
}

/**
 * The stable name of every node (law 10): the first output that holds it and its label, or the name that the user gave
 * its state. Throws where two operators with state have the same.
 */
export function nodeNames(outputs: PlanOutputs): ReadonlyMap<PlanNode, string> {
  const names = new Map<PlanNode, string>();
  const taken = new Map<string, PlanNode[]>();
  for (const [output, root] of outputs) {
    for (const node of nodesOf([root])) {
      if (names.has(node)) continue;
      const own = node.state?.name ?? (node.role === 'source' ? `source(${node.label})` : `${output}/${node.label}`);
      const others = taken.get(own) ?? [];
      taken.set(own, [...others, node]);
      // Without state the name only serves people and the ledger: a number keeps it apart.
      names.set(node, others.length === 0 || node.state !== undefined ? own : `${own}#${others.length + 1}`);
    }
  }
  throwIssues(duplicateStates(taken));
  return names;
}

function duplicateStates(taken: ReadonlyMap<string, readonly PlanNode[]>): readonly MillraceError[] {
  const issues: MillraceError[] = [];
  for (const [name, nodes] of taken) {
    const stateful = nodes.filter((node) => node.state !== undefined);
    if (stateful.length < 2) continue;
    const operators = stateful.map((node) =>
      node.where === undefined ? node.label : `${node.label} at ${node.where}`,
    );
    issues.push(millraceError('MILLRACE_STATE_NAME_TAKEN', { name, operators }, { where: stateful[1]!.where }));
  }
  return issues;
}
