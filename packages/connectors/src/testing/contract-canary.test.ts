import { AssertionError } from 'node:assert';
import { describe, expect, it } from 'vitest';
import { schema, utf8 } from '@millrace/core';
import type { Batch, Room, Sink, SinkContext, SinkWriter, Source, SourceReader } from '@millrace/core/connector';
import { memory } from '../memory/index.js';
import { replaceCases, sinkCases, sourceCases, type SinkSubject, type SourceSubject } from './index.js';
import { roomCase } from './room-case.js';

// Connectors that break one promise each: the suites must notice.

type Broken<T> = (whole: T) => T;

const brokenWriters: { [fault: string]: { by: Broken<SinkWriter>; caught: string } } = {
  'shows what is staged': {
    by: (writer) => ({
      ...writer,
      async stage(checkpoint) {
        const staged = await writer.stage(checkpoint);
        await writer.publish({ checkpoint, staged, final: false });
        return staged;
      },
    }),
    caught: 'nothing is visible before it is published, then all of it',
  },
  'publishes nothing': {
    by: (writer) => ({ ...writer, publish: async () => {} }),
    caught: 'publishing twice is publishing once',
  },
  'adds again what was published': {
    by: (writer) => {
      const written: Batch[] = [];
      let count = 0;
      return {
        ...writer,
        write: (batch) => void written.push(batch),
        seal: () => {},
        stage: async () => null,
        async publish({ final }) {
          for (const batch of written) writer.write(batch);
          writer.seal(count);
          await writer.publish({ checkpoint: count, staged: await writer.stage(count), final });
          count++;
        },
      };
    },
    caught: 'publishing twice is publishing once',
  },
  'loses what is written behind a seal': {
    by: (writer) => {
      let sealed = false;
      return {
        ...writer,
        write: (batch) => sealed || writer.write(batch),
        seal(checkpoint) {
          sealed = true;
          writer.seal(checkpoint);
        },
      };
    },
    caught: 'what is written behind a seal belongs to the next stage',
  },
  'forgets how far it is': {
    by: (writer) => ({ ...writer, published: async () => -1 }),
    caught: 'a stage without rows counts as published too',
  },
  'takes any number of rows': {
    by: (writer) => ({ ...writer, room: () => undefined }),
    caught: roomCase.name,
  },
  'asks for a checkpoint for ever': {
    by: (writer) => {
      let asked = false;
      const room = (): Room => {
        asked ||= writer.room() === 'stage';
        return asked ? 'stage' : undefined;
      };
      return { ...writer, room };
    },
    caught: roomCase.name,
  },
  'asks to wait for what gives no room': {
    by: (writer) => ({ ...writer, room: () => (writer.room() === undefined ? undefined : Promise.resolve()) }),
    caught: roomCase.name,
  },
};

const brokenContexts: { [fault: string]: { by: Broken<SinkContext>; caught: string } } = {
  'takes any lineage': {
    by: (context) => ({ ...context, lineage: 'same' }),
    caught: 'another lineage is refused, once one has published',
  },
  'does not look at where the job starts': {
    by: (context) => ({ ...context, restored: 1000 }),
    caught: 'a sink that is ahead of the checkpoint is refused',
  },
};

describe('the sink contract catches a sink that', () => {
  for (const [fault, { by, caught }] of Object.entries(brokenWriters)) {
    it(fault, () =>
      expectCaught(
        caught,
        sinkSubject((sink) => (context) => sink.open(context).then(by)),
      ),
    );
  }
  for (const [fault, { by, caught }] of Object.entries(brokenContexts)) {
    it(fault, () =>
      expectCaught(
        caught,
        sinkSubject((sink) => (context) => sink.open(by(context))),
      ),
    );
  }
  it('shows what replaces it too early', async () => {
    const early = sinkSubject(
      (sink) => (context) => sink.open({ ...context, publish: 'append', lineage: 'same', restored: 1000 }),
    );
    const [first] = replaceCases;
    await expect(first!.run(early)).rejects.toThrow(AssertionError);
  });
});

async function expectCaught(name: string, subject: SinkSubject): Promise<void> {
  const found = sinkCases.find((each) => each.name === name);
  await expect(found!.run(subject)).rejects.toThrow(AssertionError);
}

function sinkSubject(open: (sink: Sink<never, never>) => Sink<never, never>['open']): SinkSubject {
  const list = memory().list('result');
  const sink: Sink<never, never> = { ...list, open: open(list) };
  return {
    sink,
    again: async () => sink,
    visible: async () => (await list.rows()).map(({ id }) => id as string),
  };
}

const brokenReaders: { [fault: string]: { by: Broken<SourceReader>; caught: string } } = {
  'gives more than was asked for': {
    by: (reader) => ({ ...reader, read: (partition, position) => reader.read(partition, position, 1000) }),
    caught: 'records come in order, from any position, in pieces of any size',
  },
  'starts again where it was truncated': {
    by: (reader) => ({
      ...reader,
      read: (partition, position, rows) =>
        reader
          .read(partition, position, rows)
          .catch((error: unknown) => reader.read(partition, (error as { data: { start: number } }).data.start, rows)),
    }),
    caught: 'a position below the start is refused as truncated',
  },
  'is caught up beyond the end': {
    by: (reader) => ({
      ...reader,
      read: (partition, position, rows) => reader.read(partition, position, rows).catch(() => ({ kind: 'caughtUp' })),
    }),
    caught: 'a position above the end is refused',
  },
  'stops at a gap': {
    by: (reader) => ({
      ...reader,
      async read(partition, position, rows) {
        const pull = await reader.read(partition, position, rows);
        const jumps = pull.kind === 'records' && pull.records.offsets[0] !== position;
        return jumps ? { kind: 'caughtUp' } : pull;
      },
    }),
    caught: 'a gap is passed, and a position within it finds what follows',
  },
  'never ends': {
    by: (reader) => ({
      ...reader,
      async read(partition, position, rows) {
        const pull = await reader.read(partition, position, rows);
        return pull.kind === 'end' ? { kind: 'caughtUp' } : pull;
      },
    }),
    caught: 'an ended source gives what it has, then its end',
  },
};

describe('the source contract catches a source that', () => {
  for (const [fault, { by, caught }] of Object.entries(brokenReaders)) {
    it(fault, async () => {
      const found = sourceCases.find((each) => each.name === caught);
      await expect(found!.run(sourceSubject(by))).rejects.toThrow(AssertionError);
    });
  }
});

function sourceSubject(by: Broken<SourceReader>): SourceSubject {
  const topic = memory().topic('events', schema({ id: utf8 }), { partitions: 3 });
  const source: Source = { ...topic, open: (context) => topic.open(context).then(by) };
  return {
    source,
    again: async () => source,
    append: (partition, records) => topic.append(records.map((record) => ({ ...record, partition }))),
    skipTo: topic.skipTo,
    deleteBefore: topic.deleteBefore,
    end: topic.end,
  };
}
