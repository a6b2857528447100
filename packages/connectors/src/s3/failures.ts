// What an error of the client means. The client throws objects whose `name` is the server's code, whose status hides in
// `$metadata`, or which are errors of sockets; a body that is cut off or is no XML surfaces as an error of its parser.

/** What can be done about a failed request. */
export type Failure =
  /** There is no such object. */
  | { readonly kind: 'absent' }
  /** A conditional write met an object. */
  | { readonly kind: 'exists' }
  /** A multipart upload is not there (any more). */
  | { readonly kind: 'uploadGone' }
  /** Another conditional write is under way. */
  | { readonly kind: 'conflict' }
  /** The same request may succeed; whether this one has had its effect is not known. */
  | { readonly kind: 'transient' }
  /** The server, or the way to it, is not what the options take it for. */
  | { readonly kind: 'refused'; readonly problem: string; readonly fix: string }
  | { readonly kind: 'final' };

/** An answer that says success and does not hold what a success holds. */
export class HollowAnswer extends Error {
  override readonly name = 'HollowAnswer';
}

const codes: { readonly [name: string]: Failure['kind'] } = {
  NoSuchKey: 'absent',
  PreconditionFailed: 'exists',
  NoSuchUpload: 'uploadGone',
  ConditionalRequestConflict: 'conflict',
  OperationAborted: 'conflict',
  SlowDown: 'transient',
  Throttling: 'transient',
  ThrottlingException: 'transient',
  RequestLimitExceeded: 'transient',
  InternalError: 'transient',
  ServiceUnavailable: 'transient',
  RequestTimeout: 'transient',
  TimeoutError: 'transient',
  AbortError: 'transient',
  HollowAnswer: 'transient',
  IncompleteBody: 'transient',
  XMinioServerNotInitialized: 'transient',
};

const socketCodes =
  /^(ECONN\w+|EPIPE|ETIMEDOUT|EAI_AGAIN|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|ENETDOWN|ERR_STREAM_PREMATURE_CLOSE|HPE_\w+)$/;

const credentials = "Check the credentials: s3: { credentials: { accessKeyId: '…', secretAccessKey: '…' } }, or the environment's."; // prettier-ignore

/** Judges a failure of a request to `bucket` at `endpoint`. */
export function failureOf(error: unknown, bucket: string, endpoint: string): Failure {
  const { name, code, status, message } = read(error);
  const refusal = refusals(bucket, endpoint, message)[name];
  if (refusal !== undefined) return { kind: 'refused', ...refusal };
  if (/region is missing/i.test(message)) {
    return { kind: 'refused', problem: 'its region is not known', fix: "Say it: s3: { region: 'eu-central-1' }." };
  }
  if (/CERT|SSL|TLS/.test(code) || code === 'EPROTO') {
    const fix = 'Check whether the endpoint is http:// or https://, and its certificate.';
    return { kind: 'refused', problem: `no secure connection to ${endpoint} can be made (${code})`, fix };
  }
  const known = codes[name];
  if (known !== undefined) return { kind: known } as Failure;
  if (socketCodes.test(code) || /socket hang up|aborted|deserialization/i.test(message)) return { kind: 'transient' };
  if (status === 404) return { kind: 'absent' };
  if (status === 412) return { kind: 'exists' };
  if (status === 501) {
    const fix = 'Take a store that knows If-None-Match; Millrace needs it so that one writer wins.';
    return { kind: 'refused', problem: `${endpoint} does not know conditional writes`, fix };
  }
  if (status === 408 || status === 429 || status >= 500) return { kind: 'transient' };
  if (status === 403 || status === 401) return { kind: 'refused', ...denied(bucket, endpoint) };
  // A success that cannot be parsed was cut off, or is an answer of something in between.
  if (status >= 200 && status < 300) return { kind: 'transient' };
  return { kind: 'final' };
}

/** Whether nothing of the server was seen at all. */
export function isUnreachable(error: unknown): boolean {
  const { code, status } = read(error);
  return status === 0 && /^(ECONNREFUSED|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|ETIMEDOUT)$/.test(code);
}

/**
 * The error of the client without its request and answer, which are large and hold what nobody prints: the headers that
 * sign the request.
 */
export function causeOf(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, code, status, message } = read(error);
  if (status === 0) return error;
  const said = message === '' || message === 'UnknownError' ? name : `${name}: ${message}`;
  return Object.assign(new Error(`${said} (HTTP ${status})`), { code: code === '' ? name : code, status });
}

interface Refusal {
  readonly problem: string;
  readonly fix: string;
}

function refusals(bucket: string, endpoint: string, message: string): { readonly [name: string]: Refusal | undefined } {
  const wrongCredentials = { problem: `${endpoint} does not accept the credentials`, fix: credentials };
  const region = /expecting '([a-z0-9-]+)'/.exec(message)?.[1];
  const elsewhere = {
    problem: `the bucket "${bucket}" lies in ${region === undefined ? 'another region' : `the region ${region}`}`,
    fix: `Name its region: s3: { region: '${region ?? '…'}' }.`,
  };
  return {
    NoSuchBucket: {
      problem: `${endpoint} has no bucket "${bucket}"`,
      fix: 'Create the bucket, or correct its name in the URL.',
    },
    InvalidBucketName: { problem: `"${bucket}" cannot be the name of a bucket`, fix: 'Correct the name in the URL.' },
    InvalidAccessKeyId: wrongCredentials,
    // So says versitygw.
    XAdminUserNotFound: wrongCredentials,
    SignatureDoesNotMatch: wrongCredentials,
    InvalidToken: wrongCredentials,
    ExpiredToken: { problem: 'the credentials have expired', fix: 'Renew them, or give a function that does.' },
    CredentialsProviderError: { problem: 'there are no credentials', fix: credentials },
    AccessDenied: denied(bucket, endpoint),
    PermanentRedirect: elsewhere,
    AuthorizationHeaderMalformed: elsewhere,
    IllegalLocationConstraintException: elsewhere,
    RequestTimeTooSkewed: {
      problem: `the clock of this machine is not that of ${endpoint}`,
      fix: 'Set the clock of this machine right.',
    },
  };
}

function denied(bucket: string, endpoint: string): Refusal {
  return {
    problem: `${endpoint} does not let these credentials use the bucket "${bucket}"`,
    fix: 'Allow them to list the bucket, and to get, put and delete its objects; or give other credentials.',
  };
}

function read(error: unknown): { name: string; code: string; status: number; message: string } {
  const {
    name = '',
    code = '',
    message = '',
    $metadata,
  } = error as {
    name?: unknown;
    code?: unknown;
    message?: unknown;
    $metadata?: { httpStatusCode?: number };
  };
  return { name: String(name), code: String(code), status: $metadata?.httpStatusCode ?? 0, message: String(message) };
}
