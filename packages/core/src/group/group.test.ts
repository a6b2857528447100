import { expect, test } from 'vitest';
import { memoryStore } from '../checkpoint/memory-store.js';
import type { Group, GroupContext, GroupPositions } from '../connector/group.js';
import type { Sink } from '../connector/sink.js';
import type { Source } from '../connector/source.js';
import { groupedBy } from '../exchange/grouped-by.js';
import type { Flow } from '../flow/flow.js';
import { defineJob } from '../job/define-job.js';
import type { Job, RunOptions } from '../job/job.js';
import { run, start } from '../job/run.js';
import type { Logger } from '../metrics/logger.js';
import { int32, utf8 } from '../schema/column-type.js';
import { schema } from '../schema/schema.js';
import { randomOf } from '../testing/random.js';
import { seedOf } from '../testing/seed.js';
import { testSink, type TestSink } from '../testing/test-sink.js';

const Event = schema({ key: utf8, n: int32 });
type Events = Flow<typeof Event.fields>;

/** A topic in memory that grows, and has no end. */
function topicOf(partitions: number): { source: Source<typeof Event.fields>; add(partition: number, n: number): void } {
  const logs = Array.from({ length: partitions }, (): string[] => []);
  const waiting = new Set<() => void>();
  const source: Source<typeof Event.fields> = {
    schema: Event,
    name: 'events',
    label: 'topic "events"',
    keyedBy: 'key',
    bounded: false,
    async open() {
      const { recordsOf } = await import('../connector/records-of.js');
      return {
        identity: 'events',
        partitions: async () => logs.map(({ length }, partition) => ({ partition, start: 0, end: length })),
        async read(partition, position, maxRows) {
          const part = logs[partition]!.slice(position, position + maxRows);
          if (part.length === 0) return { kind: 'caughtUp' };
          const keys = part.map((value) => (JSON.parse(value) as { key: string }).key);
          return { kind: 'records', records: recordsOf(partition, part, { offset: position, keys }) };
        },
        arrival: (partition, position, signal) =>
          new Promise((resolve) => {
            const look = (): void => {
              if (!signal.aborted && logs[partition]!.length <= position) return;
              waiting.delete(look);
              resolve();
            };
            waiting.add(look);
            signal.addEventListener('abort', look);
            look();
          }),
        close: async () => undefined,
      };
    },
  };
  return {
    source,
    add(partition, n) {
      logs[partition]!.push(JSON.stringify({ key: `key of ${partition}`, n }));
      for (const look of [...waiting]) look();
    },
  };
}

/** A group in this process. Members come in the order in which they have joined. */
function groupOf(
  partitions: number,
): Group & { readonly positions: GroupPositions; assign(...shares: number[][]): void } {
  const members: GroupContext[] = [];
  const positions: Record<string, Record<string, number>> = {};
  const all = Array.from({ length: partitions }, (_, partition) => partition);
  const agree = (): void => {
    const spread = members.every((member) => member.spread);
    members.forEach((member, i) =>
      member.assigned(spread ? all.filter((partition) => partition % members.length === i) : i === 0 ? all : []),
    );
  };
  return {
    label: 'group of a test',
    positions,
    assign: (...shares) => members.forEach((member, i) => member.assigned(shares[i] ?? [])),
    async join(context) {
      members.push(context);
      agree();
      return {
        committed(cuts) {
          for (const [topic, cut] of Object.entries(cuts)) positions[topic] = { ...positions[topic], ...cut };
        },
        async leave() {
          members.splice(members.indexOf(context), 1);
          agree();
        },
      };
    },
  };
}

/** Test sinks, one per domain: what a sink with `shared` does inside. */
function sharedSink(): Sink<unknown> & { readonly rows: () => readonly number[]; readonly domains: readonly string[] } {
  const parts = new Map<string, TestSink>();
  return {
    ...(testSink('events') as unknown as Sink<unknown>),
    shared: true,
    get domains() {
      return [...parts.keys()].sort();
    },
    rows: () => [...parts.values()].flatMap(({ rows }) => rows.map(({ n }) => n as number)).sort((a, b) => a - b),
    open(context) {
      const domain = context.domain ?? '';
      const part = parts.get(domain) ?? testSink(domain);
      parts.set(domain, part);
      return part.open(context);
    },
  };
}

const options = { mode: 'live', report: false, checkpointEvery: '5ms' } as const;

function jobOn(
  source: Source<typeof Event.fields>,
  sink: Sink<unknown>,
  graph: (events: Events) => Events = (events) => events,
): Job {
  return defineJob({
    name: 'events',
    sources: { live: source },
    graph: (events) => ({ events: graph(events) }),
    sinks: { events: sink },
    checkpoints: memoryStore(),
  });
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}

const range = (to: number): number[] => Array.from({ length: to }, (_, n) => n);

test('a graph without an exchange is spread: each partition is committed by whoever has it, none twice', async () => {
  const topic = topicOf(3);
  const group = groupOf(3);
  const sink = sharedSink();
  const job = jobOn(topic.source, sink);
  for (const n of range(30)) topic.add(n % 3, n);
  const first = start(job, { ...options, group });
  await until(() => sink.rows().length === 30);
  expect(sink.domains).toEqual(['p0', 'p1', 'p2']);
  const second = start(job, { ...options, group });
  await until(() => second.metrics().sources['events']?.partitions.length === 1);
  expect(second.metrics().sources['events']?.partitions[0]?.partition).toBe(1);
  for (const n of range(60).slice(30)) topic.add(n % 3, n);
  await until(() => sink.rows().length === 60);
  await second.stop();
  for (const n of range(90).slice(60)) topic.add(n % 3, n);
  await until(() => sink.rows().length === 90);
  const { outputs, ledger } = await first.stop();
  expect(sink.rows()).toEqual(range(90));
  expect(outputs['events']?.rows).toBe(90);
  expect(ledger['source(events)']).toMatchObject({ in: 90, taken: 90 });
  expect(group.positions['events']).toEqual({ 0: 30, 1: 30, 2: 30 });
});

test('the digest of a spread job is that of one process', async () => {
  const topic = topicOf(3);
  for (const n of range(30)) topic.add(n % 3, n);
  const alone = jobOn(topic.source, sharedSink());
  const handle = start(alone, options);
  await until(() => handle.metrics().outputs['events']?.rows === 30);
  const { outputs } = await handle.stop();

  const sink = sharedSink();
  const group = groupOf(3);
  const job = jobOn(topic.source, sink);
  const members = [1, 2, 3].map(() => start(job, { ...options, group }));
  await until(() => sink.rows().length === 30);
  const results = await Promise.all(members.map((member) => member.stop()));
  expect(results.at(-1)!.outputs).toEqual(outputs);
});

test('with an exchange one member runs the job and the others stand by, until it leaves', async () => {
  const topic = topicOf(3);
  const group = groupOf(3);
  const sink = sharedSink();
  const job = jobOn(topic.source, sink, (events) => groupedBy(events, ['n']));
  const said: string[] = [];
  const logger: Logger = {
    debug() {},
    info: ({ because }: { because?: string }) => void said.push(because ?? ''),
    warn() {},
    error() {},
  };
  for (const n of range(30)) topic.add(n % 3, n);
  const first = start(job, { ...options, group, logger });
  await until(() => sink.rows().length === 30);
  const second = start(job, { ...options, group });
  await until(() => second.metrics().state === 'running');
  expect(second.metrics().sources).toEqual({});
  await first.stop();
  for (const n of range(60).slice(30)) topic.add(n % 3, n);
  await until(() => sink.rows().length === 60);
  await second.stop();
  expect(sink.rows()).toEqual(range(60));
  expect(sink.domains).toEqual(['']);
  expect(said).toContain('its graph has an exchange(n) between partitions');
});

test('members that come, go and get what others believe to be theirs lose nothing and double nothing', async () => {
  const random = randomOf(seedOf());
  const topic = topicOf(4);
  const group = groupOf(4);
  const sink = sharedSink();
  const job = jobOn(topic.source, sink);
  const members = [1, 2, 3].map(() => start(job, { ...options, group }));
  let sent = 0;
  for (let turn = 0; turn < 40; turn++) {
    for (let n = random.below(10); n > 0; n--) topic.add(sent % 4, sent++);
    // Any share for anyone: partitions that nobody has, and partitions that two believe they have.
    group.assign(...members.map(() => range(4).filter(() => random.below(2) === 0)));
    await new Promise((resolve) => setTimeout(resolve, random.below(8)));
  }
  group.assign([0], [1, 2], [3]);
  await until(() => sink.rows().length >= sent);
  for (const member of members) await member.stop();
  expect(sink.rows()).toEqual(range(sent));
});

test('an error of one partition ends the member, and tells', async () => {
  const topic = topicOf(2);
  const sink = sharedSink();
  const broken: Sink<unknown> = {
    ...sink,
    open: (context) => (context.domain === 'p1' ? Promise.reject(new Error('no room')) : sink.open(context)),
  };
  await expect(run(jobOn(topic.source, broken), { ...options, group: groupOf(2) })).rejects.toThrow('no room');
});

test.each<[string, Partial<RunOptions>, RegExp]>([
  ['a replay', { mode: 'replay' }, /group is given with mode: 'replay'/],
  ['a new history', { lineage: 'new' }, /lineage is 'new' in a group/],
  ['a replacement', { publish: 'replace' }, /publish is 'replace' in a group/],
  ['a time log', { timeLog: [] }, /timeLog is given in a group/],
])('refuses %s at the call', (_, given, message) => {
  const topic = topicOf(1);
  const job = defineJob({
    name: 'events',
    sources: { live: topic.source, replay: topic.source },
    graph: (events) => ({ events }),
    sinks: { events: sharedSink() },
    checkpoints: memoryStore(),
  });
  expect(() => start(job, { ...options, ...given, group: groupOf(1) })).toThrow(message);
});

test('refuses checkpoints that no other member could reach, and a topic that is read to an end', () => {
  const { source } = topicOf(1);
  const job = (live: typeof source, checkpoints?: ReturnType<typeof memoryStore>): Job =>
    defineJob({
      name: 'events',
      sources: { live },
      graph: (events) => ({ events }),
      sinks: { events: sharedSink() },
      ...(checkpoints === undefined ? {} : { checkpoints }),
    });
  const group = groupOf(1);
  expect(() => start(job(source), { ...options, group })).toThrow(/its checkpoints are kept in this process/);
  expect(() => start(job({ ...source, bounded: true }, memoryStore()), { ...options, group })).toThrow(
    /is read to an end/,
  );
});

test('a history by partition is not gone on with by one process, nor by a graph that cannot be spread', async () => {
  const topic = topicOf(2);
  const checkpoints = memoryStore();
  const sink = sharedSink();
  const job = (graph: (events: Events) => Events): Job =>
    defineJob({
      name: 'events',
      sources: { live: topic.source },
      graph: (events) => ({ events: graph(events) }),
      sinks: { events: sink },
      checkpoints,
    });
  topic.add(0, 1);
  const member = start(
    job((events) => events),
    { ...options, group: groupOf(2) },
  );
  await until(() => sink.rows().length === 1);
  await member.stop();
  await expect(
    run(
      job((events) => events),
      options,
    ),
  ).rejects.toThrow(/group is left out, and the checkpoints .* by partition/);
  const changed = job((events) => groupedBy(events, ['n']));
  await expect(run(changed, { ...options, group: groupOf(2) })).rejects.toThrow(
    /group is given, but its graph has an exchange/,
  );
});

test('a history of one process is gone on with by one member', async () => {
  const topic = topicOf(2);
  const sink = sharedSink();
  const job = jobOn(topic.source, sink);
  topic.add(0, 1);
  const alone = start(job, options);
  await until(() => sink.rows().length === 1);
  await alone.stop();
  const member = start(job, { ...options, group: groupOf(2) });
  topic.add(1, 2);
  await until(() => sink.rows().length === 2);
  await member.stop();
  expect(sink.domains).toEqual(['']);
});
