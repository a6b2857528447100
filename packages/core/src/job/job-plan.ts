import type { ObjectStore } from '../connector/object-store.js';
import type { Sink } from '../connector/sink.js';
import type { Source } from '../connector/source.js';
import { having, need, optional, optionsOf, requireArguments } from '../error/arguments.js';
import { millraceError, throwIssues, type MillraceError } from '../error/millrace-error.js';
import { userLine } from '../error/user-line.js';
import { isFlow, type Flow } from '../flow/flow.js';
import { named } from '../plan/named.js';
import type { PlanNode } from '../plan/node.js';
import { sourceFlow } from '../plan/source-flow.js';
import { nodeNames, type PlanOutputs } from '../plan/walk.js';
import type { Fields } from '../schema/column-type.js';
import { fieldsText } from '../schema/schema.js';
import { sharedPlaces, sinkIssue } from './sink-fit.js';
import { isSink, isSource } from './source-or-sink.js';
import { sideNode } from '../side/side-output.js';
import type { FlowsOf, Inputs, Outputs, SameRecords, SinksFor } from './job.js';

/** What a job is made of, with everything that can be checked before a run settled. */
export interface JobPlan {
  readonly name: string;
  readonly inputs: ReadonlyMap<string, JobInput>;
  readonly outputs: PlanOutputs;
  readonly sinks: ReadonlyMap<string, Sink<never>>;
  readonly checkpoints: ObjectStore | undefined;
  readonly where: string | undefined;
}

/** One input of a graph. */
export interface JobInput {
  readonly name: string;
  readonly flow: Flow<Fields>;
  readonly live: Source;
  readonly replay: Source | undefined;
}

/** What a job is defined by, once its types are checked. */
export interface JobDefinition<I extends Inputs, O extends Outputs> {
  readonly name: string;
  readonly sources: { readonly live: I; readonly replay?: SameRecords<I> };
  readonly graph: (inputs: FlowsOf<I>) => O;
  readonly sinks: SinksFor<O>;
  readonly checkpoints?: ObjectStore;
}

const jobExample =
  "defineJob({ name: 'pins', sources: { live: topic }, graph: (pins) => ({ pins }), sinks: { pins: list } })";

/** Calls the graph and checks the job: what `defineJob` makes its value of. */
export function planJob<I extends Inputs, O extends Outputs>(job: JobDefinition<I, O>): JobPlan {
  const where = userLine();
  requireArguments('defineJob', jobExample, [
    ['argument', job, optionsOf('name', 'sources', 'graph', 'sinks', 'checkpoints')],
  ]);
  requireArguments('defineJob', jobExample, [
    ['sources', job.sources, optional(optionsOf('live', 'replay'))],
    ['sinks', job.sinks, optional(need.options)],
    ['checkpoints', job.checkpoints, optional(having('an object store', 'get', 'put', 'create', 'list', 'delete'))],
  ]);
  if (typeof job.name !== 'string' || !/^[\w.-]+$/.test(job.name)) {
    const fix = 'Use letters, digits, dots, dashes and underscores: the name is part of paths.';
    throw millraceError('MILLRACE_JOB_INVALID', {
      job: typeof job.name === 'string' ? job.name : '',
      problem: 'has a name that cannot be a path',
      fix,
    });
  }
  const inputs = jobInputs(job.name, job.sources);
  const flows = Object.fromEntries([...inputs.values()].map(({ name, flow }) => [name, flow]));
  if (typeof job.graph !== 'function') {
    const fix = 'Give graph: (input) => ({ output: … }).';
    throw millraceError('MILLRACE_JOB_INVALID', { job: job.name, problem: 'has a graph that is no function', fix });
  }
  const made = job.graph((isSource(job.sources.live) ? Object.values(flows)[0]! : flows) as FlowsOf<I>);
  const outputs = jobOutputs(job.name, made, job.sinks ?? {});
  const sinks = jobSinks(job.name, outputs, (job.sinks ?? {}) as Readonly<Record<string, Sink<never> | undefined>>);
  nodeNames(outputs);
  return { name: job.name, inputs, outputs, sinks, checkpoints: job.checkpoints, where };
}

function jobInputs(
  job: string,
  sources: Partial<JobDefinition<Inputs, Outputs>['sources']> = {},
): Map<string, JobInput> {
  const { live = {}, replay } = sources;
  const fail = (problem: string, fix: string): never => {
    throw millraceError('MILLRACE_JOB_INVALID', { job, problem, fix });
  };
  requireArguments('defineJob', jobExample, [['sources.live', live, need.options]]);
  // A sink of a connector has a place too, and is mistaken for a source where its schema was left out.
  for (const given of [live, replay]) {
    if (typeof given !== 'object' || given === null || isSource(given) || typeof given['open'] !== 'function') continue;
    fail('has a source without a schema', "Write topic('pins', Pin): what is read needs its schema.");
  }
  // With one source its live name names the input, in replay too: nothing may differ between the two (law 1).
  const liveByName: Readonly<Record<string, Source>> = isSource(live) ? { [live.name]: live } : live;
  const replayByName: Readonly<Record<string, Source>> | undefined =
    replay !== undefined && isSource(replay) ? { [Object.keys(liveByName)[0]!]: replay } : replay;
  const inputs = new Map<string, JobInput>();
  for (const [name, source] of Object.entries(liveByName)) {
    if (!isSource(source))
      fail(`has a source "${name}" that is no source`, 'Give it a topic or a table of a connector.');
    const twin = replayByName && named(replayByName, name);
    if (replayByName !== undefined && twin === undefined) {
      fail(`has no replay source for its input "${name}"`, `Add sources.replay.${name}.`);
    }
    if (twin !== undefined && fieldsText(twin.schema.fields) !== fieldsText(source.schema.fields)) {
      fail(
        `reads other fields in replay than live for its input "${name}"`,
        'Give both sources the same schema value.',
      );
    }
    const flow = sourceFlow(name, source.schema, source.keyedBy);
    inputs.set(name, { name, flow, live: source, replay: twin });
  }
  if (inputs.size === 0) fail('has no source', 'Give sources: { live: … }.');
  return inputs;
}

function jobOutputs(job: string, made: unknown, sinks: object): PlanOutputs {
  const flows = Object.entries((made ?? {}) as Readonly<Record<string, unknown>>);
  const outputs = new Map<string, PlanNode>();
  for (const [name, flow] of flows) {
    if (!isFlow(flow)) {
      throw millraceError('MILLRACE_JOB_INVALID', {
        job,
        problem: `has an output "${name}" that is no Flow`,
        fix: 'Return flows by name from the graph: return { pins, popularity }.',
      });
    }
    outputs.set(name, flow.node);
  }
  if (outputs.size === 0) {
    const fix = 'Return flows by name from the graph: return { pins, popularity }.';
    throw millraceError('MILLRACE_JOB_INVALID', { job, problem: 'has a graph without outputs', fix });
  }
  const nodes = [...outputs.values()];
  for (const side of ['late', 'rejected'] as const) {
    if (side in sinks && !outputs.has(side)) outputs.set(side, sideNode(side, nodes));
  }
  return outputs;
}

function jobSinks(
  job: string,
  outputs: PlanOutputs,
  sinks: Readonly<Record<string, Sink<never> | undefined>>,
): Map<string, Sink<never>> {
  const issues: MillraceError[] = [];
  const names = [...outputs.keys()];
  const checked = new Map<string, Sink<never>>();
  for (const output of names) {
    const sink = named(sinks, output);
    if (sink === undefined) issues.push(millraceError('MILLRACE_SINK_MISSING', { job, output, outputs: names }));
    else {
      const issue = sinkIssue(output, outputs.get(output)!, sink, true);
      if (issue !== undefined) issues.push(issue);
      if (isSink(sink)) checked.set(output, sink);
    }
  }
  issues.push(...sharedPlaces(checked));
  for (const output of Object.keys(sinks)) {
    if (!outputs.has(output)) issues.push(millraceError('MILLRACE_SINK_MISSING', { job, output, outputs: names }));
  }
  throwIssues(issues);
  return checked;
}
