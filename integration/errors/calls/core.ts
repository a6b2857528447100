import * as core from '@millrace/core';
import * as testing from '@millrace/core/testing';
import { named, bare, flowOf, Pin, plain, untyped, type Call, type Untyped } from './call.js';

const job = () => ({
  name: 'pins',
  sources: { live: testing.testSource('pins', Pin, [[]]) },
  graph: (pins: unknown) => ({ pins }),
  sinks: { pins: testing.testSink('pins') },
  checkpoints: core.memoryStore(),
});
const define = core.defineJob as unknown as Untyped;
const defined = () => define(job());
/** A clock whose sleepers are woken by nobody but their signal. */
const clock = {
  now: () => 0,
  sleep: (_: number, signal: AbortSignal) => new Promise((resolve) => signal.addEventListener('abort', resolve)),
};
const runOptions = () => ({ mode: 'live', report: false, sinks: { pins: testing.testSink('pins') }, clock });

/** A run that was asked to stop at once: it waits for nobody. */
async function stopped(call: Untyped, args: readonly unknown[]): Promise<void> {
  const handle = call(...args) as Partial<core.JobHandle> & Promise<unknown>;
  await (handle.stop === undefined ? handle : handle.stop());
}

const { schema, utf8 } = core;
const batch = testing.batchOf(schema({ id: utf8 }), [{ id: 'a' }]);
const typed = (type: unknown): unknown => schema({ field: type as core.ColumnType });

/** The calls of core: of its own, of folders and of tests. */
export const coreCalls: readonly (readonly [string, Call])[] = [
  named(plain('core.schema', { id: utf8 }), 0),
  ['core.decimal', { args: () => [10, 2], call: (...args) => typed(untyped('core.decimal')(...args)) }],
  ['core.list', { args: () => [utf8], call: (...args) => typed(untyped('core.list')(...args)) }],
  [
    'core.struct',
    { args: () => [{ id: utf8 }], named: [0], call: (...args) => typed(untyped('core.struct')(...args)) },
  ],
  ['core.nullable', { args: () => [utf8], call: (...args) => typed(untyped('core.nullable')(...args)) }],
  named(plain('core.typeText', utf8), 0),
  named(plain('core.fieldsText', { id: utf8 }), 0),
  ['core.defineJob', { args: () => [job()], call: define }],
  [
    'core.run',
    { args: () => [defined(), { ...runOptions(), signal: AbortSignal.abort() }], call: untyped('core.run') },
  ],
  ['core.start', { args: () => [defined(), runOptions()], call: (...args) => stopped(untyped('core.start'), args) }],
  [
    'handle.stop',
    {
      args: () => [{ deadline: '30s' }],
      call: (...args) => (core.start(defined() as never, { mode: 'live', report: false }).stop as Untyped)(...args),
      bare: true,
    },
  ],
  [
    'core.stopOnSignals',
    {
      args: () => [{ stop: async () => undefined, done: Promise.resolve() }, ['SIGUSR2']],
      call: untyped('core.stopOnSignals'),
    },
  ],
  plain('core.rows', flowOf()),
  plain('core.lateOf', flowOf()),
  plain('core.rejectedOf', flowOf()),
  bare('core.isFlow', flowOf()),
  bare('core.isMillraceError', new Error('x'), 'MILLRACE_INTERNAL'),
  bare('core.memoryStore'),
  plain('core.toArrow', batch, { fields: { id: utf8 } }),
  plain('core.digestOf', { fields: { id: utf8 } }),
  plain('core.digestText', core.emptyDigest),
  ['folder.folder', { args: () => ['.'], call: untyped('folder.folder') }],

  plain('testing.testSource', 'pins', Pin, [['{}']], { keyedBy: 'id' }),
  plain('testing.testSink', 'pins'),
  bare('testing.virtualClock', 1),
  plain('testing.randomOf', 1),
  bare('testing.seedOf'),
  bare('testing.runsOf', 2),
  bare('testing.fcOptions', 2),
  plain('testing.table', 'id:utf8\na'),
  plain('testing.batchOf', { fields: { id: utf8 } }, [{ id: 'a' }], { partition: 1 }),
  plain('testing.runFlow', Pin, (pins: unknown) => pins, [], { tasks: 1 }),
  plain('testing.driveColumns', Pin, (pins: unknown) => pins, { keyedBy: 'id' }),
  plain('testing.evaluateReference', new Map(), new Map(), []),
  [
    'testing.verify',
    {
      args: () => [{ inputs: Pin, graph: (pins: unknown) => ({ pins }), records: [['{']], histories: 1 }],
      call: untyped('testing.verify'),
    },
  ],
];
