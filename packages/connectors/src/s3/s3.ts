import { isMillraceError, millraceError, type ObjectStore } from '@millrace/core';
import { checkKey, need, requireArguments, type StoredObject } from '@millrace/core/connector';
import { type Bucket, openBucket } from './bucket.js';
import { causeOf } from './failures.js';
import { placeOf, type S3Options, settingsOf } from './options.js';
import { listed, readRange, readWhole, sizeOf } from './read.js';
import { writeInParts, writeWhole } from './write.js';

/**
 * A store in a bucket of S3, or of a server that speaks like it: for checkpoints and lakes.
 *
 * The server must know conditional writes (`If-None-Match: *`), as Amazon S3, R2, GCS, Ceph and versitygw do: one writer
 * wins by them. Requests whose failure may pass (a lost answer, 503, a cut connection) are repeated with growing waits;
 * a write whose answer was lost knows its own object by a nonce in the object's metadata. Large objects are uploaded in
 * parts and are seen whole or not at all. Nothing is asked of the server before the first use, which checks the bucket.
 *
 * @throws MillraceError `MILLRACE_OPTION_INVALID` where the URL or an option cannot be one; from calls:
 * `MILLRACE_STORE_REFUSED` for a wrong bucket, region or key pair, `MILLRACE_SERVER_FAILED` where no server answers,
 * `MILLRACE_STORE_FAILED` where one call failed for good, `MILLRACE_PEER_MISSING` without `@aws-sdk/client-s3`.
 * @example
 * ```ts
 * import { s3 } from '@millrace/connectors/s3';
 *
 * const checkpoints = s3('s3://my-bucket/checkpoints', { region: 'eu-central-1' });
 * console.log(checkpoints.location); // s3://my-bucket/checkpoints
 * ```
 */
export function s3(url: string, options: S3Options = {}): ObjectStore {
  requireArguments('s3', "s3('s3://bucket/prefix')", [['url', url, need.text]]);
  const place = placeOf(url);
  const settings = settingsOf(options);
  const { location, prefix } = place;
  let opening: Promise<Bucket> | undefined;
  const open = (): Promise<Bucket> =>
    (opening ??= openBucket(place, settings).catch((error: unknown) => {
      opening = undefined;
      throw error;
    }));

  const attempt = async <T>(operation: string, key: string, action: (bucket: Bucket) => Promise<T>): Promise<T> => {
    let bucket: Bucket | undefined;
    try {
      bucket = await open();
      return await action(bucket);
    } catch (cause) {
      if (isMillraceError(cause)) throw cause;
      settings.signal?.throwIfAborted();
      const failure = bucket?.judge(cause);
      if (failure?.kind === 'refused') {
        const { problem, fix } = failure;
        throw millraceError('MILLRACE_STORE_REFUSED', { location, problem, fix }, { cause: causeOf(cause) });
      }
      throw millraceError('MILLRACE_STORE_FAILED', { location, operation, key }, { cause: causeOf(cause) });
    }
  };
  const checked = (key: string): string => {
    checkKey(location, key);
    return prefix + key;
  };
  const write = (operation: string, key: string, bytes: Uint8Array, ifAbsent: boolean): Promise<boolean> => {
    const whole = { key: checked(key), bytes, ifAbsent };
    const isLarge = bytes.length > settings.partBytes;
    return attempt(operation, key, (bucket) =>
      isLarge ? writeInParts(bucket, whole, settings.partBytes) : writeWhole(bucket, whole),
    );
  };

  return {
    location,
    get: async (key) => {
      const whole = checked(key);
      return attempt('read', key, (bucket) => readWhole(bucket, whole));
    },
    getRange: async (key, start, end) => {
      const whole = checked(key);
      return attempt('read', key, (bucket) => rangeOrNothing(bucket, whole, start, end));
    },
    size: async (key) => {
      const whole = checked(key);
      return attempt('look up', key, (bucket) => sizeOf(bucket, whole));
    },
    put: async (key, bytes) => {
      await write('write', key, bytes, false);
    },
    create: async (key, bytes) => write('create', key, bytes, true),
    list: (from, after) => listedBelow(prefix, from, after, attempt),
    delete: async (key) => {
      const Key = checked(key);
      await attempt('delete', key, async ({ sdk, client, bucket, repeated, judge }) => {
        const command = new sdk.DeleteObjectCommand({ Bucket: bucket, Key });
        await repeated(({ signal }) => client.send(command, { abortSignal: signal })).catch((error: unknown) => {
          if (judge(error).kind !== 'absent') throw error;
        });
      });
    },
  };
}

// HTTP has no range without a byte.
async function rangeOrNothing(bucket: Bucket, key: string, start: number, end: number): Promise<Uint8Array> {
  if (end > start) return readRange(bucket, key, start, end);
  const size = await sizeOf(bucket, key);
  if (size === undefined || size < end) throw new Error(size === undefined ? 'it is not there' : `it has only ${size} bytes`); // prettier-ignore
  return new Uint8Array(0);
}

type Attempt = <T>(operation: string, key: string, action: (bucket: Bucket) => Promise<T>) => Promise<T>;

async function* listedBelow(
  root: string,
  prefix: string,
  after: string | undefined,
  attempt: Attempt,
): AsyncGenerator<StoredObject> {
  const bucket = await attempt('list', prefix, async (opened) => opened);
  const objects = listed(bucket, root + prefix, after === undefined ? undefined : root + after);
  while (true) {
    const next = await attempt('list', prefix, () => objects.next());
    if (next.done === true) return;
    yield { ...next.value, key: next.value.key.slice(root.length) };
  }
}
