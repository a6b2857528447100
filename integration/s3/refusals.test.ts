import { s3, type S3Options } from '@millrace/connectors/s3';
import { defineJob, type MillraceError, run, schema, utf8 } from '@millrace/core';
import { memory } from '@millrace/connectors/memory';
import { lake } from '@millrace/connectors/lake';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { makeBucket, s3Options, type TestBucket } from './bucket.js';

let bucket: TestBucket;
beforeAll(async () => {
  bucket = await makeBucket('refusals');
});
afterAll(() => bucket.remove());

/** What a job says whose checkpoints and table lie there; it must not have taken a record. */
async function refusalOf(name: string, options: S3Options): Promise<MillraceError> {
  const topic = memory().topic('lines', schema({ id: utf8 }));
  await topic.send([{ id: 'a' }]);
  await topic.end();
  const root = `s3://${name}/lake`;
  const [checkpoints, tables] = [s3(root, options), lake({ root, s3: options })];
  let taken = 0;
  const source = { ...topic, open: async (context: Parameters<typeof topic.open>[0]) => {
    const reader = await topic.open(context);
    return { ...reader, read: (...at: Parameters<typeof reader.read>) => (taken++, reader.read(...at)) };
  } }; // prettier-ignore
  const job = defineJob({
    name: 'lines',
    sources: { live: source },
    graph: (lines) => ({ lines }),
    sinks: { lines: tables.table('lines') },
    checkpoints,
  });
  const error = await run(job, { mode: 'live', report: false }).then(
    () => undefined,
    (thrown: unknown) => thrown as MillraceError,
  );
  expect(taken).toBe(0);
  // Nothing of what signs a request is printed.
  expect(inspect(error, { depth: 10 })).not.toMatch(/Signature=|AWS4-HMAC|testtest/);
  return error!;
}

test('a bucket that is not there', async () => {
  const { endpoint } = s3Options();
  const error = await refusalOf('millrace-nowhere', s3Options());
  expect([error.code, error.sentence, error.retryable]).toEqual([
    'MILLRACE_STORE_REFUSED',
    `s3://millrace-nowhere/lake: ${endpoint} has no bucket "millrace-nowhere".`,
    false,
  ]);
  expect((error.cause as Error).message).toMatch(/^NoSuchBucket: .*\(HTTP 404\)$/);
});

test.each([
  ['key', { accessKeyId: 'nobody', secretAccessKey: 'secret' }],
  ['secret', { accessKeyId: 'test', secretAccessKey: 'not the secret' }],
])('a wrong %s', async (_, wrong) => {
  const { endpoint, credentials } = s3Options();
  const given = { ...(credentials as { accessKeyId: string; secretAccessKey: string }), ...wrong };
  const own = wrong.accessKeyId === 'test' ? (credentials as { accessKeyId: string }).accessKeyId : wrong.accessKeyId;
  const error = await refusalOf(bucket.name, { ...s3Options(), credentials: { ...given, accessKeyId: own } });
  expect([error.code, error.sentence]).toEqual([
    'MILLRACE_STORE_REFUSED',
    `s3://${bucket.name}/lake: ${endpoint} does not accept the credentials.`,
  ]);
});

test('no server at the endpoint', async () => {
  const closed = await listening(() => undefined);
  await closed.close();
  const error = await refusalOf(bucket.name, { ...s3Options(), endpoint: closed.url, patienceMs: 300 });
  expect([error.code, error.sentence, error.retryable]).toEqual([
    'MILLRACE_SERVER_FAILED',
    `s3://${bucket.name}/lake: the server cannot be reached at ${closed.url}.`,
    true,
  ]);
});

test.each([
  [200, '<html>Welcome</html>'],
  [404, 'not found'],
])('a server that is none of S3 and answers %d', async (status, body) => {
  const web = await listening((answer) => {
    answer.writeHead(status, { 'content-type': 'text/html' });
    answer.end(body);
  });
  onTestFinished(web.close);
  const error = await refusalOf(bucket.name, { ...s3Options(), endpoint: web.url, patienceMs: 300 });
  expect(error.sentence).toBe(`s3://${bucket.name}/lake: the server at ${web.url} does not answer as S3 does.`);
});

test('https where the server speaks http', async () => {
  const endpoint = s3Options().endpoint.replace('http:', 'https:');
  const error = await refusalOf(bucket.name, { ...s3Options(), endpoint, patienceMs: 300 });
  expect(error.code).toBe('MILLRACE_STORE_REFUSED');
  expect(error.sentence).toContain(`no secure connection to ${endpoint} can be made`);
});

async function listening(
  answerTo: (answer: ServerResponse) => void,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((_, answer) => answerTo(answer));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
