import type * as core from '@millrace/core';
import { int32, schema, utf8 } from '@millrace/core';
import * as testing from '@millrace/core/testing';
import { memory } from '@millrace/connectors/memory';
import * as operators from '@millrace/operators';
import { named, bare, flowOf, Pin, untyped, type Call, type Untyped } from './call.js';

/** An operator, applied to a flow of a graph that is run over a row. */
function applied(operator: unknown): unknown {
  const row = { id: 'a', likes: 1, at: new Date(0), tags: ['x'] };
  const graph: Untyped = (pins) => {
    const timed = (pins as core.Flow<typeof Pin.fields>).pipe(operators.eventTime('at', { maxOutOfOrderness: '5s' }));
    return timed.pipe(operator as never);
  };
  return testing.runFlow(Pin, graph as never, [{ rows: [row] }, { end: true }]);
}

const operator = (name: string, ...args: readonly unknown[]): [string, Call] => [
  `operators.${name}`,
  { args: () => args, call: (...given) => applied(untyped(`operators.${name}`)(...given)) },
];
const aggregation = (name: keyof typeof operators.agg, ...args: readonly unknown[]): [string, Call] => [
  `operators.agg.${name}`,
  {
    args: () => args,
    call: (...given) =>
      applied(operators.aggregate({ compute: { x: (operators.agg[name] as unknown as Untyped)(...given) as never } })),
    ...(name === 'count' ? { bare: true as const } : {}),
  },
];
const windows = (name: string, ...args: readonly unknown[]): [string, Call] => [
  `operators.${name}`,
  {
    args: () => args,
    call: (...given) => {
      const window = untyped(`operators.${name}`)(...given) as never;
      return applied(operators.aggregate({ window, compute: { n: operators.agg.count() } }));
    },
  },
];
const withoutAny = ['nullIf', 'oneOf', 'timestamp'];
const rule = (name: string, ...args: readonly unknown[]): [string, Call] => [
  `operators.text.${name}`,
  {
    args: () => args,
    call: (...given) => {
      const chain = operators.text() as unknown as Record<string, Untyped>;
      return applied(operators.clean({ id: chain[name]!(...given) } as never));
    },
    ...(args.length === 0 || withoutAny.includes(name) ? { bare: true as const } : {}),
  },
];
/** The calls of operators, windows, aggregates and rules. */
export const operatorCalls: readonly (readonly [string, Call])[] = [
  operator('aggregate', {
    window: operators.tumbling('1m'),
    by: 'id',
    compute: { n: operators.agg.count() },
    name: 'n',
  }),
  named(operator('branch', { popular: () => true }, { onError: 'reject' }), 0),
  named(operator('clean', { id: operators.text().trim() }), 0),
  operator('dedup', { by: 'id', within: '1h', order: 'eventTime', name: 'once' }),
  [
    'operators.eventTime',
    {
      args: () => ['at', { maxOutOfOrderness: '5s', maxAhead: '1h', onError: 'reject', name: 't' }],
      call: (...args) =>
        testing.runFlow(Pin, (pins) => pins.pipe(untyped('operators.eventTime')(...args) as never), []),
    },
  ],
  operator('flatten', 'tags', { as: 'tag' }),
  [
    'operators.lookupJoin',
    {
      args: () => [
        memory().view('users', { key: ['name'] }),
        { on: { name: 'id' }, take: schema({ age: int32 }), kind: 'left' },
      ],
      call: (...args) =>
        testing.runFlow(Pin, (pins) => pins.pipe(untyped('operators.lookupJoin')(...args) as never), []),
    },
  ],
  operator('mapRows', schema({ id: utf8 }), () => ({ id: 'a' }), { onError: 'reject' }),
  named(operator('rename', { id: 'name' }), 0),
  [operator('required', 'id', 'likes')[0], { ...operator('required', 'id', 'likes')[1], bare: true }],
  operator('select', 'id', 'likes'),
  [
    'operators.union',
    {
      args: () => [flowOf()],
      call: (...args) => flowOf().pipe(untyped('operators.union')(...args) as never),
      bare: true,
    },
  ],
  operator('where', () => true, { onError: 'reject' }),
  operator('withColumn', 'more', utf8, () => 'a', { onError: 'reject' }),
  [
    'operators.withMetadata',
    {
      args: () => [{ key: 'k', headers: 'h', brokerTime: 't' }],
      call: (...args) => flowOf().pipe(untyped('operators.withMetadata')(...args) as never),
    },
  ],
  windows('tumbling', '1m', { offset: '1s' }),
  windows('hopping', '1m', '10s'),
  windows('session', '1m'),
  aggregation('count', 'id'),
  aggregation('sum', 'likes'),
  aggregation('min', 'likes'),
  aggregation('max', 'likes'),
  aggregation('mean', 'likes'),
  aggregation('first', 'likes'),
  aggregation('last', 'likes'),
  bare('operators.text'),
  bare('operators.number'),
  rule('nullIf', 'a', 'b'),
  rule('trim'),
  rule('lowerCase'),
  rule('upperCase'),
  rule('stripPrefix', 'a'),
  rule('replace', 'a', 'b'),
  rule('oneOf', 'a', 'b'),
  rule('abbreviatedNumber'),
  rule('integer'),
  rule('number'),
  rule('decimal', 10, 2),
  rule('bool', { true: ['1'], false: ['0'] }),
  rule('timestamp', { zone: 'UTC' }),
  rule('split', ','),
  rule('orNull'),
  rule('default', 'a'),
];
