import { millraceError } from '@millrace/core';
import { optionsOf, requireArguments } from '@millrace/core/connector';

/** How an S3 server is reached, and how patient a store is with it. */
export interface S3Options {
  /** Default: what the environment or the shared configuration says; with an `endpoint`, `us-east-1`. */
  readonly region?: string;
  /** The URL of a server that is not Amazon's. Buckets are then part of the path. */
  readonly endpoint?: string;
  /** Default: what the environment, the shared configuration or the machine's role says. */
  readonly credentials?: S3Credentials | (() => Promise<S3Credentials>);
  /** More of what the client's constructor takes, for TLS, proxies and the like. */
  readonly configuration?: { readonly [name: string]: unknown };
  /** How many requests are under way at once. Default 16. */
  readonly concurrency?: number;
  /** Objects above this many bytes are uploaded in parts of it; at least 5 MiB. Default 16 MiB. */
  readonly partBytes?: number;
  /** A request on which nothing moves for so long is given up and repeated. Default: 20 seconds. */
  readonly timeoutMs?: number;
  /**
   * How long requests are repeated, with growing waits, when the server is away or asks for patience. Default: two
   * minutes; 5 seconds where the server has never answered.
   */
  readonly patienceMs?: number;
  /** Ends all waits and requests: they then fail. */
  readonly signal?: AbortSignal;
  /** Of the waits between repetitions, which are spread by chance. Default: another one for every store. */
  readonly seed?: number;
}

/** A key pair. */
export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** A place in a bucket. */
export interface S3Place {
  readonly bucket: string;
  /** What all keys start with: empty, or ends with "/". */
  readonly prefix: string;
  /** The place for people. */
  readonly location: string;
}

/** Options with everything that has a default. */
export type S3Settings = S3Options & {
  readonly concurrency: number;
  readonly partBytes: number;
  readonly timeoutMs: number;
  readonly patienceMs: number;
  readonly seed: number;
};

const optionNames: readonly (keyof S3Options)[] = [
  'region',
  'endpoint',
  'credentials',
  'configuration',
  'concurrency',
  'partBytes',
  'timeoutMs',
  'patienceMs',
  'signal',
  'seed',
];

const partBytesMin = 5 * 1024 * 1024;

/** Takes `s3://bucket/prefix` apart. */
export function placeOf(url: string): S3Place {
  const [, bucket = '', path = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]+[a-z0-9])(?:\/(.*))?$/.exec(url) ?? [];
  const prefix = path.replace(/\/$/, '');
  const isPath = prefix === '' || prefix.split('/').every((name) => !['', '.', '..'].includes(name));
  if (bucket === '' || !isPath || /[\\\0]/.test(prefix)) {
    throw millraceError('MILLRACE_OPTION_INVALID', {
      subject: 's3',
      option: 'url',
      problem: `is ${JSON.stringify(url)}, which names no place in a bucket`,
      fix: "Write s3://bucket or s3://bucket/prefix, like 's3://my-lake/pins'.",
    });
  }
  return { bucket, prefix: prefix === '' ? '' : `${prefix}/`, location: `s3://${bucket}${prefix && `/${prefix}`}` };
}

/** Checks options, and fills in what they leave out. */
export function settingsOf(options: S3Options): S3Settings {
  requireArguments('s3', "s3('s3://bucket/prefix')", [['options', options, optionsOf(...optionNames)]]);
  const settings = {
    ...options,
    concurrency: options.concurrency ?? 16,
    partBytes: options.partBytes ?? 16 * 1024 * 1024,
    timeoutMs: options.timeoutMs ?? 20_000,
    patienceMs: options.patienceMs ?? 120_000,
    seed: options.seed ?? Math.floor(Math.random() * 2 ** 32),
  };
  const { concurrency, partBytes, timeoutMs, patienceMs } = settings;
  const least = { concurrency: 1, partBytes: partBytesMin, timeoutMs: 1, patienceMs: 0 };
  for (const [option, value] of Object.entries({ concurrency, partBytes, timeoutMs, patienceMs })) {
    const min = least[option as keyof typeof least];
    if (Number.isSafeInteger(value) && value >= min) continue;
    throw millraceError('MILLRACE_OPTION_INVALID', {
      subject: 's3',
      option,
      problem: `is ${String(value)}, and must be a whole number of at least ${min}`,
      fix: `Leave ${option} out, or give a larger number.`,
    });
  }
  if (options.endpoint !== undefined && !/^https?:\/\/[^/]/.test(options.endpoint)) {
    throw millraceError('MILLRACE_OPTION_INVALID', {
      subject: 's3',
      option: 'endpoint',
      problem: `is ${JSON.stringify(options.endpoint)}, which is no URL`,
      fix: "Write it with http:// or https://, like endpoint: 'http://127.0.0.1:9000'.",
    });
  }
  return settings;
}
