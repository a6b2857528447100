import {
  binary,
  decimal,
  defineJob,
  int32,
  list,
  nullable,
  run,
  schema,
  timestamp,
  utf8,
  type Fields,
} from '@millrace/core';
import { memory } from '@millrace/connectors/memory';
import { putsAside, type AsideRow } from './page.js';

// Why the decoder puts a record aside. The record before the bad one, and the one behind it, come through.

const wide = {
  unique_id: utf8,
  likes: int32,
  price: decimal(6, 2),
  at: nullable(timestamp),
  image: nullable(binary),
  tags: list(utf8),
};
const good = { unique_id: 'a', likes: 7, price: 12.5, at: '2026-03-02T12:00:00Z', image: 'AAEC', tags: ['x'] };

/** What is put aside of a record between two good ones. */
async function aside(bad: string | Uint8Array | null, fields: Fields = wide): Promise<readonly AsideRow[]> {
  const place = memory();
  const topic = place.topic('pins', schema(fields));
  await topic.append([{ value: JSON.stringify(good) }, { value: bad }, { value: JSON.stringify(good) }]);
  await topic.end();
  const sinks = { pins: place.list('pins'), rejected: place.list('rejected') };
  const job = defineJob({ name: 'pins', sources: { live: topic }, graph: (pins) => ({ pins }), sinks });
  const { outputs } = await run(job, { mode: 'live', report: false });
  if (outputs['pins']?.rows !== 2) throw new Error(`${outputs['pins']?.rows ?? 'no'} good records came through`);
  return sinks.rejected.rows();
}

const changed = (change: object): Promise<readonly AsideRow[]> => aside(JSON.stringify({ ...good, ...change }));

putsAside('MILLRACE_DECODE_TOMBSTONE', () => aside(null));

putsAside('MILLRACE_DECODE_TOO_LARGE', () => aside(new Uint8Array(16 * 1024 * 1024 + 1).fill(0x20)));

putsAside('MILLRACE_DECODE_TOO_DEEP', () => aside('['.repeat(5000) + ']'.repeat(5000)));

putsAside('MILLRACE_DECODE_JSON', () => aside(JSON.stringify(good).slice(0, 40)));

putsAside('MILLRACE_DECODE_NOT_OBJECT', () => aside('[1, 2, 3]'));

putsAside('MILLRACE_DECODE_MISSING', () => changed({ unique_id: undefined }));

putsAside('MILLRACE_DECODE_NULL', () => changed({ likes: null }));

putsAside('MILLRACE_DECODE_TYPE', () => changed({ likes: '7' }));

putsAside('MILLRACE_DECODE_NOT_WHOLE', () => changed({ likes: 7.5 }));

putsAside('MILLRACE_DECODE_SCALE', () => changed({ price: 12.505 }));

putsAside('MILLRACE_DECODE_RANGE', () => changed({ likes: 3_000_000_000 }));

putsAside('MILLRACE_DECODE_TIMESTAMP', () => changed({ at: 'yesterday' }));

putsAside('MILLRACE_DECODE_TIME_ZONE', () => changed({ at: '2026-03-02 12:00:00' }));

putsAside('MILLRACE_DECODE_BASE64', () => changed({ image: 'no base64!' }));
