import type { ObjectStore } from '../connector/object-store.js';
import type { Source } from '../connector/source.js';
import { planJob, type JobPlan } from '../job/job-plan.js';
import type { Schema } from '../schema/schema.js';
import type { Random } from './random.js';
import type { VerifiedInput } from './reference-inputs.js';
import { testSink, type TestSink } from './test-sink.js';
import { testSource, type TestRecord } from './test-source.js';
import type { VirtualClock } from './virtual-clock.js';

/** The graph under test and its records, whatever their types. */
export interface VerifiedGraph {
  readonly inputs: Schema | { readonly [input: string]: Schema };
  readonly graph: (...inputs: never[]) => unknown;
  readonly records: VerifiedInput['records'] | { readonly [input: string]: VerifiedInput['records'] };
  readonly keyedBy?: { readonly [input: string]: string };
  /** What is read in a mode; a canary puts something else in its place. */
  readonly sourceIn?: (mode: 'live' | 'replay', source: Source) => Source;
}

/** A job over test sources and sinks. */
export interface VerifiedPlan {
  readonly plan: JobPlan;
  readonly sinks: ReadonlyMap<string, TestSink>;
  readonly inputs: ReadonlyMap<string, VerifiedInput>;
}

/** What a plan is made with, beside its graph. */
export interface VerifiedPlace {
  readonly store: ObjectStore;
  readonly random: Random;
  readonly clock: VirtualClock;
}

/** Makes the job of one history; the graph is called once, for live and replay (law 1). */
export function verifiedPlan(verified: VerifiedGraph, { store, random, clock }: VerifiedPlace): VerifiedPlan {
  const { inputs, graph, records, keyedBy = {}, sourceIn = (_: string, source: Source) => source } = verified;
  const single = isSchema(inputs);
  const schemas: { readonly [input: string]: Schema } = single ? { source: inputs } : inputs;
  const lists = (single ? { source: records } : records) as { readonly [input: string]: VerifiedInput['records'] };
  const sourcesIn = (mode: 'live' | 'replay'): Source | { readonly [input: string]: Source } => {
    const source = (name: string): Source => {
      const key = keyedBy[name];
      const options = key === undefined ? { random, clock } : { random, clock, keyedBy: key };
      const given = mode === 'live' ? lists[name]! : lists[name]!.map(withoutPauses);
      return sourceIn(mode, testSource(name, schemas[name]!, given, options));
    };
    return single
      ? source('source')
      : Object.fromEntries(Object.keys(schemas).map((name) => [name, source(name)] as const));
  };
  const sinks = new Map<string, TestSink>();
  const plan = planJob({
    name: 'verified',
    sources: { live: sourcesIn('live'), replay: sourcesIn('replay') },
    graph: graph as never,
    sinks: anySink(sinks),
    checkpoints: store,
  });
  const entries = Object.keys(schemas).map(
    (name) => [name, { schema: schemas[name]!, records: lists[name]! }] as const,
  );
  return { plan, sinks, inputs: new Map(entries) };
}

// What is stored is never quiet: a pause is of the time in which records came.
function withoutPauses(records: readonly TestRecord[]): readonly TestRecord[] {
  return records.filter((record) => !(typeof record === 'object' && 'pauseMs' in record));
}

// Outputs are not known before the graph was called: every name has a sink.
function anySink(sinks: Map<string, TestSink>): Record<string, never> {
  const sinkOf = (name: string): TestSink => {
    const sink = sinks.get(name) ?? testSink(name);
    sinks.set(name, sink);
    return sink;
  };
  return new Proxy(
    {},
    {
      get: (_, name: string) => sinkOf(name),
      has: () => true,
      getOwnPropertyDescriptor: (_, name: string) => ({ value: sinkOf(name), configurable: true }),
      ownKeys: () => [],
    },
  );
}

function isSchema(inputs: VerifiedGraph['inputs']): inputs is Schema {
  const { fields } = inputs as { fields?: unknown };
  return typeof fields === 'object' && fields !== null && !('fields' in fields);
}
