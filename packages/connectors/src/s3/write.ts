import { randomUUID } from 'node:crypto';
import type { Bucket } from './bucket.js';
import { type Failure, HollowAnswer } from './failures.js';

// Every write carries a nonce in the object's metadata. Where an answer was lost, the request is repeated, and a conditional
// one then meets its own object: the nonce tells it from that of another writer.

const nonceName = 'millrace-write';

/** What is to be written. */
export interface Write {
  readonly key: string;
  readonly bytes: Uint8Array;
  /** Only where there is no object of this key. */
  readonly ifAbsent: boolean;
}

/** Writes an object in one request; false where there was one already. */
export async function writeWhole(bucket: Bucket, write: Write): Promise<boolean> {
  const { sdk, client, repeated } = bucket;
  const { key, bytes, ifAbsent } = write;
  const nonce = randomUUID();
  const failure = await failureAfter(
    bucket,
    () =>
    repeated(async ({ signal }) => {
      const command = new sdk.PutObjectCommand({
        ...target(bucket, write),
        Body: bodyOf(bytes),
        Metadata: { [nonceName]: nonce },
        ...(ifAbsent ? { IfNoneMatch: '*' } : {}),
      });
      const { ETag } = await client.send(command, { abortSignal: signal });
      if (ETag === undefined) throw new HollowAnswer('the answer to a write holds no ETag');
    }, { sends: bytes.length }), // prettier-ignore
    ['exists'],
  );
  return failure === undefined || isOwn(bucket, key, nonce);
}

/** Writes an object in parts; false where there was one already. Nobody sees it before it is whole. */
export async function writeInParts(bucket: Bucket, write: Write, partBytes: number): Promise<boolean> {
  const nonce = randomUUID();
  while (true) {
    const upload = await beginUpload(bucket, write, nonce);
    const failure = await uploadAndComplete(bucket, write, upload, partBytes).catch(async (error: unknown) => {
      await abandon(bucket, write, upload);
      throw error;
    });
    if (failure === undefined) return true;
    if (failure.kind !== 'uploadGone') await abandon(bucket, write, upload);
    // Gone: completed by the request whose answer was lost, or ended by somebody who cleans up.
    if (failure.kind !== 'conflict' && (await isOwn(bucket, write.key, nonce))) return true;
    if (failure.kind === 'exists') return false;
  }
}

async function beginUpload(bucket: Bucket, write: Write, nonce: string): Promise<string> {
  const { sdk, client, repeated } = bucket;
  return repeated(async ({ signal }) => {
    const command = new sdk.CreateMultipartUploadCommand({
      ...target(bucket, write),
      Metadata: { [nonceName]: nonce },
    });
    const { UploadId } = await client.send(command, { abortSignal: signal });
    if (UploadId === undefined) throw new HollowAnswer('a multipart upload has no id');
    return UploadId;
  });
}

async function uploadAndComplete(
  bucket: Bucket,
  write: Write,
  UploadId: string,
  partBytes: number,
): Promise<Failure | undefined> {
  const { sdk, client, repeated, judge } = bucket;
  const { bytes, ifAbsent } = write;
  const uploadPart = (from: number, PartNumber: number): Promise<{ PartNumber: number; ETag: string }> => {
    const part = bytes.subarray(from, from + partBytes);
    return repeated(async ({ signal }) => {
      const command = new sdk.UploadPartCommand({ ...target(bucket, write), UploadId, PartNumber, Body: bodyOf(part) });
      const { ETag } = await client.send(command, { abortSignal: signal });
      if (ETag === undefined) throw new HollowAnswer('the answer to a part holds no ETag');
      return { PartNumber, ETag };
    }, { sends: part.length }); // prettier-ignore
  };
  const count = Math.ceil(bytes.length / partBytes);
  const uploading = Array.from({ length: count }, (_, i) => uploadPart(i * partBytes, i + 1));
  const settled = await Promise.allSettled(uploading);
  const failed = settled.find((part) => part.status === 'rejected');
  if (failed !== undefined) {
    const failure = judge(failed.reason);
    if (failure.kind === 'uploadGone') return failure;
    throw failed.reason;
  }
  const Parts = settled.map((part) => (part as PromiseFulfilledResult<{ PartNumber: number; ETag: string }>).value);
  const complete = async (signal: AbortSignal): Promise<Failure | undefined> => {
    const command = new sdk.CompleteMultipartUploadCommand({
      ...target(bucket, write),
      UploadId,
      MultipartUpload: { Parts },
      ...(ifAbsent ? { IfNoneMatch: '*' } : {}),
    });
    // S3 asks for a new upload where two met, and not for the same request once more.
    const found = await failureAfter(bucket, () => client.send(command, { abortSignal: signal }), ['conflict']);
    if (found !== undefined && 'kind' in found) return found;
    if (found?.ETag === undefined) throw new HollowAnswer('the answer to a completed upload holds no ETag');
    return undefined;
  };
  const outcome = await failureAfter(bucket, () => repeated(({ signal }) => complete(signal)), ['exists', 'uploadGone']); // prettier-ignore
  return outcome;
}

/** Removes the parts. Where it fails, the bucket's own rule for uploads that were not completed does it. */
async function abandon(bucket: Bucket, write: Write, UploadId: string): Promise<void> {
  const { sdk, client, repeated } = bucket;
  const command = new sdk.AbortMultipartUploadCommand({ ...target(bucket, write), UploadId });
  await repeated(({ signal }) => client.send(command, { abortSignal: signal }), { patienceMs: 0 }).catch(
    () => undefined,
  );
}

async function isOwn(bucket: Bucket, Key: string, nonce: string): Promise<boolean> {
  const { sdk, client, repeated } = bucket;
  const found = await failureAfter(
    bucket,
    () =>
    repeated(async ({ signal }) => {
      const command = new sdk.HeadObjectCommand({ Bucket: bucket.bucket, Key });
      const { ETag, Metadata } = await client.send(command, { abortSignal: signal });
      if (ETag === undefined) throw new HollowAnswer('the answer describes no object');
      return { Metadata };
    }), // prettier-ignore
    ['absent'],
  );
  return found !== undefined && 'Metadata' in found && found.Metadata?.[nonceName] === nonce;
}

/** What `request` gives, or its failure where that is one of `expected`. */
async function failureAfter<T>(
  { judge }: Bucket,
  request: () => Promise<T>,
  expected: readonly Failure['kind'][],
): Promise<T | Failure> {
  try {
    return await request();
  } catch (error) {
    const failure = judge(error);
    if (expected.includes(failure.kind)) return failure;
    throw error;
  }
}

function target({ bucket }: Bucket, { key }: Write): { readonly Bucket: string; readonly Key: string } {
  return { Bucket: bucket, Key: key };
}

// The client takes an empty text for no body at all.
function bodyOf({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, length);
}
