import { millraceError, type MillraceError } from '@millrace/core';

interface PgError {
  readonly code?: string;
  readonly message?: string;
}

// The server goes away, comes up, has no room now, or met a rival: what was asked can be asked again.
const passing = /^(08\d{3}|57P0[123]|53300|40001|40P01|55P03|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH)$/; // prettier-ignore
const lostConnection =
  /connection terminated|connection ended|timeout exceeded|client has encountered a connection error/i;

/** Whether the same may succeed in a moment. */
export function isPassing(error: unknown): boolean {
  const { code = '', message = '' } = error as PgError;
  return passing.test(code) || lostConnection.test(message);
}

/** What `pg` threw, as one sentence. */
export function serverFailed(server: string, cause: unknown): MillraceError {
  return millraceError('MILLRACE_SERVER_FAILED', { server, ...diagnosis(cause as PgError) }, { cause });
}

function diagnosis({ code = '', message = '' }: PgError): { readonly problem: string; readonly fix: string } {
  switch (code) {
    case 'ECONNREFUSED':
      return { problem: 'does not answer', fix: 'Start it, or correct the host and the port in the URL.' };
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return { problem: 'is not known by that name', fix: 'Correct the host in the URL.' };
    case '28P01':
    case '28000':
      return { problem: 'refuses the user or the password', fix: 'Correct them in the URL.' };
    case '3D000':
      return { problem: 'has no database of that name', fix: 'Create it, or correct the name in the URL.' };
    case '42501':
      return { problem: `denies it: ${message}`, fix: 'Grant the right to the user of the URL.' };
    default:
      return isPassing({ code, message })
        ? { problem: 'went away', fix: 'Start it again: the job goes on from its last checkpoint.' }
        : { problem: `answers: ${message}`, fix: 'See the cause below.' };
  }
}
