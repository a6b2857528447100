import type { JsonValue, Mode } from '../connector/sink.js';
import type { PlanNode } from '../plan/node.js';
import { neededColumns, nodeNames, nodesOf, type PlanOutputs } from '../plan/walk.js';
import { fieldsText } from '../schema/schema.js';

/** A plan as plain data, with its drawings. */
export interface JobDescription {
  readonly v: 1;
  readonly job: string;
  readonly nodes: readonly NodeDescription[];
  /** The drawing as indented text, one node a line, sources first. */
  readonly text: string;
  /** The drawing as a Mermaid flowchart. */
  readonly mermaid: string;
}

/** One operator, source or sink. */
export interface NodeDescription {
  readonly name: string;
  readonly operator: string;
  readonly label: string;
  readonly inputs: readonly string[];
  readonly mode: Mode;
  readonly schema: string;
  /** The columns that something behind it reads. */
  readonly needed: readonly string[];
  readonly grouping: string | null;
  readonly state: string | null;
  readonly details: { readonly [option: string]: JsonValue };
  readonly where: string | null;
}

/** Describes the plan of a job whose outputs go to `sinks` (labels by output). */
export function describePlan(job: string, outputs: PlanOutputs, sinks: ReadonlyMap<string, string>): JobDescription {
  const names = nodeNames(outputs);
  const needed = neededColumns(outputs);
  const describe = (node: PlanNode): NodeDescription => ({
    name: names.get(node)!,
    operator: node.operator,
    label: node.label,
    inputs: node.inputs.map((input) => names.get(input)!),
    mode: node.mode,
    schema: fieldsText(node.schema.fields),
    needed: [...needed.get(node)!],
    grouping: node.grouping === undefined ? null : `${node.grouping.by}(${node.grouping.fields.join(', ')})`,
    state: node.state === undefined ? null : node.state.format,
    details: node.details,
    where: node.where ?? null,
  });
  const nodes: NodeDescription[] = nodesOf(outputs.values()).map(describe);
  for (const [output, node] of outputs) {
    nodes.push({
      name: output,
      operator: 'sink',
      label: sinks.get(output) ?? output,
      inputs: [names.get(node)!],
      mode: node.mode,
      schema: fieldsText(node.schema.fields),
      needed: Object.keys(node.schema.fields),
      grouping: null,
      state: null,
      details: {},
      where: null,
    });
  }
  return { v: 1, job, nodes, text: drawText(nodes), mermaid: drawMermaid(nodes) };
}

function drawText(nodes: readonly NodeDescription[]): string {
  const width = Math.max(...nodes.map(({ name }) => name.length));
  return nodes
    .map(({ name, operator, label, inputs, state, grouping }) => {
      const marks = [
        inputs.length === 0 ? '' : `← ${inputs.join(', ')}`,
        state === null ? '' : 'state',
        operator === 'exchange' && grouping !== null ? grouping : '',
        operator === 'sink' ? label : '',
      ];
      return `${name.padEnd(width)}  ${marks.filter((mark) => mark !== '').join('  ')}`.trimEnd();
    })
    .join('\n');
}

function drawMermaid(nodes: readonly NodeDescription[]): string {
  const ids = new Map(nodes.map(({ name }, i) => [name, `n${i}`]));
  const shape = ({ operator, label }: NodeDescription): string => {
    const text = `"${label.replaceAll('"', '#quot;')}"`;
    if (operator === 'source') return `[(${text})]`;
    if (operator === 'sink') return `[/${text}/]`;
    return operator === 'exchange' ? `{{${text}}}` : `[${text}]`;
  };
  const lines = nodes.map((node) => `  ${ids.get(node.name)}${shape(node)}`);
  const edges = nodes.flatMap(({ name, inputs }) => inputs.map((input) => `  ${ids.get(input)} --> ${ids.get(name)}`));
  return ['flowchart LR', ...lines, ...edges].join('\n');
}
