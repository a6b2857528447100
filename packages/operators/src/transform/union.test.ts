import { int32, list, schema, timestamp, utf8, type Flow } from '@millrace/core';
import { columnReader } from '@millrace/core/operate';
import { runFlow } from '@millrace/core/testing';
import { expect, test } from 'vitest';
import { eventTime } from '../event-time/event-time.js';
import { branch } from './branch.js';
import { flatten } from './flatten.js';
import { select } from './select.js';
import { union } from './union.js';
import { where } from './where.js';

const Post = schema({ id: utf8, at: timestamp });
type Post = typeof Post.fields;
const post = (id: string, at: number): { id: string; at: Date } => ({ id, at: new Date(at) });

/** A flow of a source of its own. */
function source(): Flow<Post> {
  let made: Flow<Post> | undefined;
  runFlow(Post, (flow) => (made = flow), []);
  return made!;
}

test('gives the rows of all, with the number of the input before their order', () => {
  const graph = (posts: Flow<Post>): Flow<Post> => {
    const { a, b } = posts.pipe(branch({ a: ({ id }) => id.startsWith('a'), b: () => true }));
    return b.pipe(union(a));
  };
  const { outputs, batches, ledgers } = runFlow(Post, graph, [{ rows: [post('a1', 1), post('b1', 2), post('a2', 3)] }]);
  expect(outputs['out']!.map(({ id }) => id).sort()).toEqual(['a1', 'a2', 'b1']);
  const orders = batches['out']!.flatMap(({ order, selection, length }) =>
    Array.from(selection ?? Array(length).keys(), (row) =>
      order.map((column, i) => columnReader([int32, utf8, int32, int32][i]!, column)(row)),
    ),
  );
  expect(orders.sort()).toEqual([
    [0, 'source', 0, 1],
    [1, 'source', 0, 0],
    [1, 'source', 0, 2],
  ]);
  expect(ledgers['out/union']).toMatchObject({ in: 3, taken: 3 });
});

test('orders of other types stand side by side, null in the rows of all other inputs', () => {
  const Mixed = schema({ id: int32, items: list(int32) });
  const { batches } = runFlow(
    Mixed,
    (flow) => {
      const plain = flow.pipe(select('id'));
      const flat = flow.pipe(flatten('items'), select('id'));
      expect(flat.pipe(union(flat)).node.order).toEqual([int32, ...flat.node.order]);
      const both = plain.pipe(union(flat));
      const orders = [...plain.node.order, ...flat.node.order];
      expect(both.node.order).toEqual([int32, ...orders.map((type) => ({ ...type, nullable: true }))]);
      return both;
    },
    [{ rows: [{ id: 1, items: [7] }] }],
  );
  const types = [int32, utf8, int32, int32, utf8, int32, int32, int32];
  const orders = batches['out']!.map(({ order }) => order.map((column, i) => columnReader(types[i]!, column)(0)));
  expect(orders).toEqual([
    [0, 'source', 0, 0, null, null, null, null],
    [1, null, null, null, 'source', 0, 0, 0],
  ]);
});

test('keeps the order of sources while none comes in twice, and the grouping of none', () => {
  const [a, b] = [source(), source()];
  expect(a.pipe(union(b)).node.sourceOrdered).toBe(true);
  expect(a.pipe(union(a)).node.sourceOrdered).toBe(false);
  expect(a.pipe(union(b.pipe(union(source())))).node.sourceOrdered).toBe(true);
  expect(a.pipe(union(b, b.pipe(where(() => true)))).node.sourceOrdered).toBe(false);
  runFlow(Post, (flow) => {
    expect(flow.pipe(union(flow)).node.grouping).toBeUndefined();
    return flow;
  }, [], { keyedBy: 'id' }); // prettier-ignore
});

test('asks every input for what is needed', () => {
  expect(
    source()
      .pipe(union(source()))
      .node.needs(new Set(['id'])),
  ).toEqual([new Set(['id']), new Set(['id'])]);
});

test('fields that differ are named, for all inputs at once', () => {
  const Other = schema({ id: int32, title: utf8 });
  let other: Flow<typeof Other.fields> | undefined;
  runFlow(Other, (flow) => (other = flow), []);
  const wrong = other as unknown as Flow<Post>;
  expect(() => source().pipe(union(source(), wrong))).toThrow(
    'union: input 3 does not have the fields of the first: "id" is int32 where the first has utf8; it lacks "at"; only it has "title".',
  );
});

test('all inputs have event time, or none', () => {
  const timed = source().pipe(eventTime('at', { maxOutOfOrderness: '5s' }));
  expect(() => timed.pipe(union(source()))).toThrow('MILLRACE_TIME_MISSING');
  expect(() => source().pipe(union(timed))).toThrow('MILLRACE_TIME_MISSING');
  expect(timed.pipe(union(source().pipe(eventTime('at', { maxOutOfOrderness: '1s' })))).node.timed).toBe(true);
});
