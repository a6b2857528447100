import { expect, test } from 'vitest';
import { rowCount } from '../batch/batch.js';
import type { Records } from '../connector/records.js';
import type { Source } from '../connector/source.js';
import type { Flow } from '../flow/flow.js';
import { operate } from '../flow/operate.js';
import { int32, utf8 } from '../schema/column-type.js';
import { schema } from '../schema/schema.js';
import { verifyGraph } from './verify.js';

// A source that lets a graph tell live from replay. If the replay of `verify` lets it pass, it tests nothing.

const Event = schema({ k: utf8, n: int32 });
type EventFields = typeof Event.fields;
const records = [0, 1].map((partition) =>
  Array.from({ length: 10 }, (_, n) => JSON.stringify({ k: `k${partition}`, n })),
);

/** An operator that answers with what stands beside a record: its broker's time. */
const withTime = (events: Flow<EventFields>): Flow<EventFields> =>
  operate<EventFields, 'append'>(events, {
    operator: 'broker time',
    schema: Event,
    metadata: true,
    create: (context) => ({
      batch(batch) {
        const values = Int32Array.from(batch.origin!.records.brokerTimes);
        context.ledger.taken += rowCount(batch);
        context.emit({ ...batch, columns: { ...batch.columns, n: { layout: 'int32', values, validity: undefined } } });
      },
    }),
  });

/** A source whose records are changed on the way. */
function changing(source: Source, change: (records: Records) => Records): Source {
  return {
    ...source,
    open: async (context) => {
      const reader = await source.open(context);
      return {
        ...reader,
        async read(...from) {
          const pull = await reader.read(...from);
          return pull.kind === 'records' ? { kind: 'records', records: change(pull.records) } : pull;
        },
      };
    },
  };
}

const inReplay = (change: (records: Records) => Records): Promise<unknown> =>
  verifyGraph({
    inputs: Event,
    graph: (events: Flow<EventFields>) => ({ out: withTime(events) }),
    records,
    sourceIn: (mode, source) => (mode === 'live' ? source : changing(source, change)),
  });

test('the canary that changes nothing passes', async () => {
  await inReplay((same) => same);
});

test('law 1: caught: a source by whose records a graph can tell that it is a replay', async () => {
  const shown = inReplay((each) => ({ ...each, brokerTimes: each.brokerTimes.map(() => 1) }));
  await expect(shown).rejects.toThrow(/^the replay of history 11 with MILLRACE_SEED=\d+: output "out"/);
});
