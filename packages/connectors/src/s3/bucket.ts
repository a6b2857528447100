import { millraceError } from '@millrace/core';
import { loadPeer } from '@millrace/core/connector';
import type * as Sdk from '@aws-sdk/client-s3';
import { type Requests, requests } from './attempts.js';
import { causeOf, type Failure, failureOf, HollowAnswer, isUnreachable } from './failures.js';
import type { S3Place, S3Settings } from './options.js';

/** A bucket that answers. */
export interface Bucket {
  readonly sdk: typeof Sdk;
  readonly client: Sdk.S3Client;
  readonly bucket: string;
  readonly repeated: Requests;
  readonly judge: (error: unknown) => Failure;
}

/** A server that has never answered is not waited for as long as one that has gone away. */
const firstPatienceMs = 5000;

/**
 * Loads the client and asks the bucket for one key, so that a wrong bucket, endpoint or key pair is one sentence before
 * anything was read or written.
 *
 * @throws MillraceError `MILLRACE_PEER_MISSING`, `MILLRACE_STORE_REFUSED`, `MILLRACE_SERVER_FAILED`.
 */
export async function openBucket(place: S3Place, settings: S3Settings): Promise<Bucket> {
  const sdk = await loadPeer('@aws-sdk/client-s3', 'A store on S3', () => import('@aws-sdk/client-s3'));
  const endpoint = settings.endpoint ?? 'S3';
  const client = new sdk.S3Client(configurationOf(settings));
  const judge = (error: unknown): Failure => failureOf(error, place.bucket, endpoint);
  const repeated = requests(settings, judge);
  const { bucket, prefix } = place;
  const patienceMs = Math.min(settings.patienceMs, firstPatienceMs);
  try {
    await repeated(async ({ signal }) => {
      const command = new sdk.ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, MaxKeys: 1 });
      const { IsTruncated } = await client.send(command, { abortSignal: signal });
      if (IsTruncated === undefined) throw new HollowAnswer('its answer is no listing');
    }, { patienceMs }); // prettier-ignore
  } catch (cause) {
    client.destroy();
    settings.signal?.throwIfAborted();
    throw openingError(place, endpoint, judge(cause), cause);
  }
  return { sdk, client, bucket, repeated, judge };
}

function openingError({ location }: S3Place, endpoint: string, failure: Failure, cause: unknown): Error {
  if (failure.kind === 'refused') {
    const { problem, fix } = failure;
    return millraceError('MILLRACE_STORE_REFUSED', { location, problem, fix }, { cause: causeOf(cause) });
  }
  if (failure.kind === 'transient') {
    const problem = isUnreachable(cause)
      ? `cannot be reached at ${endpoint}`
      : `at ${endpoint} does not answer as S3 does`;
    const fix = "Check the endpoint, like s3: { endpoint: 'http://127.0.0.1:9000' }, and whether the server runs.";
    return millraceError('MILLRACE_SERVER_FAILED', { server: location, problem, fix }, { cause: causeOf(cause) });
  }
  const { name } = cause as Error;
  const isS3 = !['Unknown', 'UnknownError', 'NotFound', 'Error'].includes(name);
  const problem = isS3
    ? `${endpoint} does not list the bucket (${name})`
    : `what answers at ${endpoint} is no S3 server`;
  return millraceError(
    'MILLRACE_STORE_REFUSED',
    { location, problem, fix: 'Check the endpoint; the cause below is what it said.' },
    { cause: causeOf(cause) },
  );
}

// The client repeats nothing by itself: it would take the 412 after its own lost answer for a failure. Checksums beside
// those of TLS and of the table's log are left to servers that demand them, since others refuse their headers.
function configurationOf(settings: S3Settings): Sdk.S3ClientConfig {
  const { region, endpoint, credentials, configuration, concurrency, timeoutMs } = settings;
  const sockets = { keepAlive: true, maxSockets: concurrency };
  return {
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true, region: 'us-east-1' }),
    ...(region === undefined ? {} : { region }),
    ...(credentials === undefined ? {} : { credentials }),
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    expectContinueHeader: false,
    requestHandler: { connectionTimeout: timeoutMs, httpAgent: sockets, httpsAgent: sockets },
    ...configuration,
    maxAttempts: 1,
  };
}
