import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import type { Sink } from '@millrace/core/connector';
import {
  ContractRow,
  earlyViewContract,
  lookupContract,
  replaceContract,
  sinkContract,
  viewContract,
  type SinkSubject,
} from '../testing/index.js';
import { memory, type Memory } from './index.js';

const runner = { describe, it };

/** Where memory can be: `again` is what another process would have, which in the process is the same. */
const places = {
  'in the process': async () => {
    const only = memory();
    return { first: only, again: () => only, dispose: async () => {} };
  },
  'in a folder': async () => {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-'));
    return {
      first: memory({ folder }),
      again: () => memory({ folder }),
      dispose: () => rm(folder, { recursive: true }),
    };
  },
};

const sinks: { [kind: string]: (of: Memory) => { sink: Sink<never, never>; ids: () => Promise<string[]> } } = {
  view: (of) => ofResult(of.view('result', { key: ['id'] })),
  list: (of) => ofResult(of.list('result')),
  topic: (of) => ({ sink: of.topic('result', { partitions: 2, keyedBy: 'id' }), ids: () => idsOfTopic(of) }),
};

for (const [where, place] of Object.entries(places)) {
  for (const [kind, make] of Object.entries(sinks)) {
    const subject = async (): Promise<SinkSubject> => {
      const { first, again, dispose } = await place();
      return {
        sink: make(first).sink,
        again: async () => make(again()).sink,
        visible: () => make(again()).ids(),
        dispose,
      };
    };
    sinkContract(runner, { name: `memory ${kind} ${where}`, make: subject });
    if (kind !== 'topic') replaceContract(runner, { name: `memory ${kind} ${where}`, make: subject });
  }

  viewContract(runner, {
    name: `memory view ${where}`,
    async make() {
      const { first, again, dispose } = await place();
      return {
        async view(key) {
          const view = first.view('result', { key });
          return {
            sink: view,
            again: async () => again().view('result', { key }),
            rows: () => again().view('result', { key }).rows(),
            get: (wanted) => view.get(wanted),
          };
        },
        dispose,
      };
    },
  });
}

for (const [where, place] of Object.entries(places)) {
  lookupContract(runner, {
    name: `memory view ${where}`,
    async make() {
      const { first, dispose } = await place();
      return {
        async view(key) {
          const view = first.view('asked', { key });
          return { sink: view, lookup: view };
        },
        dispose,
      };
    },
  });
  earlyViewContract(runner, {
    name: `memory view ${where}`,
    async make() {
      const { first, dispose } = await place();
      const handle = () => first.view('result', { key: ['id'] });
      return {
        sink: handle(),
        again: async () => handle(),
        rows: () => handle().rows(),
        rowsWithEarly: () => handle().rows({ early: true }),
        dispose,
      };
    },
  });
}

function ofResult(result: Sink<never, never> & { rows(): Promise<readonly { readonly [field: string]: unknown }[]> }) {
  return { sink: result, ids: async () => (await result.rows()).map(({ id }) => id as string) };
}

async function idsOfTopic(of: Memory): Promise<string[]> {
  const topic = of.topic('result', ContractRow, { partitions: 2 });
  const logger = { debug() {}, info() {}, warn() {}, error() {} };
  const reader = await topic.open({ columns: new Set(), metadata: false, logger });
  const ids: string[] = [];
  for (const { partition, start } of await reader.partitions()) {
    for (let position = start; ;) {
      const pull = await reader.read(partition, position, 3);
      if (pull.kind !== 'records') break;
      const { values, length, next } = pull.records;
      for (let row = 0; row < length; row++) {
        const text = new TextDecoder().decode(values.bytes.subarray(values.offsets[row], values.offsets[row + 1]));
        ids.push((JSON.parse(text) as { id: string }).id);
      }
      position = next;
    }
  }
  return ids;
}
