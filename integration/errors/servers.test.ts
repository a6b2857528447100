import { defineJob, run, schema, utf8 } from '@millrace/core';
import { memory } from '@millrace/connectors/memory';
import { postgres } from '@millrace/connectors/postgres';
import { raises } from './page.js';

const Pin = schema({ unique_id: utf8 });

raises('MILLRACE_SERVER_FAILED', async () => {
  // Nobody listens there: the port is below those that servers may be given.
  const database = postgres({ url: 'postgres://pins:geheim@127.0.0.1:9/pins' });
  const job = defineJob({
    name: 'pins',
    sources: { live: memory().rows(Pin, [{ unique_id: 'a' }]) },
    graph: (pins) => ({ pins }),
    sinks: { pins: database.table('pins') },
  });
  // ↓
  await run(job, { mode: 'live', report: false });
});
