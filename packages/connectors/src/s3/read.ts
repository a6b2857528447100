import type { StoredObject } from '@millrace/core/connector';
import type { Readable } from 'node:stream';
import type { Try } from './attempts.js';
import type { Bucket } from './bucket.js';
import { HollowAnswer } from './failures.js';

/** The whole object, or undefined where there is none. */
export async function readWhole(bucket: Bucket, Key: string): Promise<Uint8Array | undefined> {
  return orAbsent(bucket, () => fetched(bucket, Key));
}

/** A range of an object that must be there and hold it. */
export async function readRange(bucket: Bucket, Key: string, start: number, end: number): Promise<Uint8Array> {
  const bytes = await fetched(bucket, Key, `bytes=${start}-${end - 1}`);
  if (bytes.length !== end - start) throw new Error(`it has only ${start + bytes.length} bytes`);
  return bytes;
}

/** The size of an object, or undefined where there is none. */
export async function sizeOf(bucket: Bucket, Key: string): Promise<number | undefined> {
  const { sdk, client, repeated } = bucket;
  return orAbsent(bucket, () =>
    repeated(async ({ signal }) => {
      const command = new sdk.HeadObjectCommand({ Bucket: bucket.bucket, Key });
      const { ContentLength, ETag } = await client.send(command, { abortSignal: signal });
      if (ContentLength === undefined || ETag === undefined) throw new HollowAnswer('the answer describes no object');
      return ContentLength;
    }),
  );
}

/** The objects under `Prefix`, page by page. */
export async function* listed(bucket: Bucket, Prefix: string, after: string | undefined): AsyncGenerator<StoredObject> {
  const { sdk, client, repeated } = bucket;
  let ContinuationToken: string | undefined;
  do {
    const page = await repeated(async ({ signal }) => {
      const command = new sdk.ListObjectsV2Command({
        Bucket: bucket.bucket,
        Prefix,
        ...(after === undefined ? {} : { StartAfter: after }),
        ...(ContinuationToken === undefined ? {} : { ContinuationToken }),
      });
      const answer = await client.send(command, { abortSignal: signal });
      const goesOn = answer.IsTruncated;
      // An error inside a success, and a page that does not say where the next one begins.
      if (goesOn === undefined) throw new HollowAnswer('a page of the listing is not whole');
      if (goesOn && answer.NextContinuationToken === undefined) throw new HollowAnswer('a page has no successor');
      return answer;
    });
    for (const { Key = '', Size = 0, LastModified } of page.Contents ?? []) {
      // What consoles make where somebody clicks on "create folder".
      if (Key.endsWith('/')) continue;
      yield { key: Key, size: Size, modified: LastModified?.getTime() ?? 0 };
    }
    ContinuationToken = page.IsTruncated === true ? page.NextContinuationToken : undefined;
  } while (ContinuationToken !== undefined);
}

async function fetched(bucket: Bucket, Key: string, Range?: string): Promise<Uint8Array> {
  const { sdk, client, repeated } = bucket;
  return repeated(async (attempt) => {
    const command = new sdk.GetObjectCommand({
      Bucket: bucket.bucket,
      Key,
      ...(Range === undefined ? {} : { Range }),
    });
    const { Body, ContentLength, ETag } = await client.send(command, { abortSignal: attempt.signal });
    if (Body === undefined || ContentLength === undefined || ETag === undefined) {
      throw new HollowAnswer('the answer holds no object');
    }
    return received(Body as Readable, ContentLength, attempt);
  });
}

/** All bytes of a body. A connection that is cut or stalls in the middle is a failure, and no shorter object. */
async function received(body: Readable, length: number, { signal, moved }: Try): Promise<Uint8Array> {
  const cut = (): void => void body.destroy(signal.reason as Error);
  signal.addEventListener('abort', cut);
  try {
    const bytes = new Uint8Array(length);
    let filled = 0;
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      if (filled + chunk.length > length) throw new HollowAnswer('an object has more bytes than it says');
      bytes.set(chunk, filled);
      filled += chunk.length;
      moved();
    }
    if (filled < length) throw new HollowAnswer('an object was cut off');
    return bytes;
  } finally {
    signal.removeEventListener('abort', cut);
  }
}

async function orAbsent<T>({ judge }: Bucket, request: () => Promise<T>): Promise<T | undefined> {
  try {
    return await request();
  } catch (error) {
    if (judge(error).kind === 'absent') return undefined;
    throw error;
  }
}
