import { millraceError, type MillraceError } from '@millrace/core';

// What the server or the connection says while it goes away, comes up, or changes its role: the same may succeed in a moment.
const passingAnswers =
  /^(LOADING|BUSY|TRYAGAIN|MOVED|ASK|CLUSTERDOWN|MASTERDOWN|READONLY|NOREPLICAS|NOSCRIPT|UNBLOCKED)\b|max number of clients/;
const passingCodes = /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH)$/;
const lostConnection = /Connection is closed|aborted due to connection close|Stream isn't writeable|silent for|socket/i;

interface RedisError {
  readonly code?: string;
  readonly message?: string;
}

/** Whether the same may succeed in a moment. */
export function isPassing(error: unknown): boolean {
  const { code = '', message = '' } = error as RedisError;
  return passingCodes.test(code) || passingAnswers.test(message) || lostConnection.test(message);
}

/** What `ioredis` threw, as one sentence. */
export function serverFailed(server: string, cause: unknown): MillraceError {
  return millraceError('MILLRACE_SERVER_FAILED', { server, ...diagnosis(cause as RedisError) }, { cause });
}

type Diagnosis = { readonly problem: string; readonly fix: string };

const diagnoses: readonly (readonly [RegExp, (message: string) => Diagnosis])[] = [
  [
    /ECONNREFUSED/,
    () => ({ problem: 'does not answer', fix: 'Start it, or correct the host and the port in the URL.' }),
  ],
  [/ENOTFOUND|EAI_AGAIN/, () => ({ problem: 'is not known by that name', fix: 'Correct the host in the URL.' })],
  [
    /NOAUTH/,
    () => ({ problem: 'asks for a password', fix: 'Write it into the URL: redis://user:password@host:6379.' }),
  ],
  [
    /WRONGPASS|invalid password|without any password configured|no password is set/,
    () => ({ problem: 'refuses the user or the password', fix: 'Correct them in the URL.' }),
  ],
  [
    /DB index is out of range|invalid DB index|SELECT is not allowed/,
    () => ({ problem: 'has no database of that number', fix: 'Correct the number behind the host in the URL.' }),
  ],
  [
    /certificate|CERT_|_CERT|UNABLE_TO_VERIFY/,
    (message) => ({ problem: `has a certificate that is not trusted: ${message}`, fix: "Say which one to trust: redis({ url, tls: { ca: readFileSync('ca.pem') } })." }), // prettier-ignore
  ],
  [/^NOPERM/, (message) => ({ problem: `denies it: ${message}`, fix: 'Grant the right to the user of the URL.' })],
  [
    /^OOM|OOM command not allowed/,
    () => ({ problem: 'has no memory left', fix: 'Raise its maxmemory, or remove what is not needed: the job goes on from its last checkpoint.' }), // prettier-ignore
  ],
  [
    /^READONLY/,
    () => ({ problem: 'is a replica, which takes no writes', fix: 'Write the address of the primary into the URL.' }),
  ],
];

function diagnosis(error: RedisError): Diagnosis {
  const { code = '', message = '' } = error;
  for (const [pattern, say] of diagnoses) if (pattern.test(code) || pattern.test(message)) return say(message);
  return isPassing(error)
    ? { problem: 'went away', fix: 'Start it again: the job goes on from its last checkpoint.' }
    : { problem: `answers: ${message}`, fix: 'See the cause below.' };
}
