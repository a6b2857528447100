// The program of somebody who has not installed parquet-wasm. Prints what it is told, as JSON.
import { run, schema, utf8 } from '@millrace/core';
import { archive, lake } from '@millrace/connectors/lake';
import { memory } from '@millrace/connectors/memory';
import process from 'node:process';

const Pin = schema({ unique_id: utf8 });
const topic = memory().topic('pins', Pin);
await topic.send([{ unique_id: 'a' }]);
await topic.end();
const job = archive({ from: topic, to: lake({ root: 'lake' }).table('pins', Pin) });
try {
  // ↓
  await run(job, { mode: 'live', report: false });
} catch ({ code, message, where, data }) {
  process.stdout.write(JSON.stringify({ code, message, where, data }));
}
