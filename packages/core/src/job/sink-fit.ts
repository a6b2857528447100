import type { Sink } from '../connector/sink.js';
import { kindText } from '../error/arguments.js';
import { millraceError, type MillraceError } from '../error/millrace-error.js';
import type { PlanNode } from '../plan/node.js';
import { isSink, isSource } from './source-or-sink.js';

/**
 * Outputs that go to one place. It has one owner, who knows how far it is: of two outputs one would be taken for the
 * other's repeat.
 */
export function sharedPlaces(sinks: ReadonlyMap<string, Sink<never>>): MillraceError[] {
  const seen: { readonly output: string; readonly place: readonly unknown[] }[] = [];
  return [...sinks].flatMap(([output, { label, place }]) => {
    if (place === undefined) return [];
    const other = seen.find((each) => each.place.length === place.length && each.place.every((part, i) => part === place[i])); // prettier-ignore
    seen.push({ output, place });
    if (other === undefined) return [];
    const problem = `the output "${other.output}" goes there too`;
    const fix = 'Give each output a place of its own, or make one flow of both with union.';
    return [millraceError('MILLRACE_SINK_UNFIT', { sink: label, output, problem, fix })];
  });
}

/** Why a sink cannot take the rows of `node`, early ones too where `early` is set; undefined where it can. */
export function sinkIssue(
  output: string,
  node: PlanNode,
  sink: Sink<never>,
  early: boolean,
): MillraceError | undefined {
  const unfit = (problem: string, fix: string): MillraceError =>
    millraceError('MILLRACE_SINK_UNFIT', { sink: sink.label, output, problem, fix });
  if (!isSink(sink)) {
    // Of a topic and of a table there are both, told apart by the schema.
    if (isSource(sink)) {
      const fix = 'Leave the schema out: a topic or table that is a sink takes none.';
      return unfit('with a schema it is a source, and no sink', fix);
    }
    const data = { sink: kindText(sink), output, problem: 'it is no sink', fix: 'Give it a sink of a connector.' };
    return millraceError('MILLRACE_SINK_UNFIT', data);
  }
  if (!sink.modes.includes(node.mode)) {
    const problem = `its rows ${node.mode === 'upsert' ? 'replace earlier ones' : 'only add'}, and the sink can only ${sink.modes.join(' or ')}`;
    return unfit(problem, 'Use a view, or give the aggregate a window.');
  }
  const { key } = sink;
  if (early && node.early) {
    if (sink.early !== true) {
      const problem = `its rows come early too, and the sink ${key === undefined ? 'keeps every row that it is given' : 'does not show such rows'}`;
      return unfit(problem, 'Use a view that takes early rows, or leave early out of the aggregate.');
    }
    if ('early' in node.schema.fields) {
      return unfit('it marks early rows in a field "early", and the output has one', 'Give that field another name.');
    }
  }
  if (key === undefined) return undefined;
  const fields = Object.keys(node.schema.fields);
  const missing = key.find((field) => !fields.includes(field));
  if (missing !== undefined) {
    return millraceError('MILLRACE_FIELD_MISSING', {
      operator: sink.label,
      uses: 'has the key',
      field: missing,
      fields,
    });
  }
  if (!node.timed)
    return unfit(
      'a view keeps the latest row, and these have no event time',
      "Put eventTime('<field>', { … }) into its graph.",
    );
  const flowKey = node.key ?? key;
  if (node.mode === 'upsert' && [...flowKey].sort().join() !== [...key].sort().join()) {
    return unfit(
      `its rows replace each other by (${flowKey.join(', ')}), not by (${key.join(', ')})`,
      `Use key: [${flowKey.map((field) => `'${field}'`).join(', ')}].`,
    );
  }
  return undefined;
}
