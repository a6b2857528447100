import type { ConnectionOptions } from 'node:tls';
import { millraceError } from '@millrace/core';

/** What a URL says. */
export interface Address {
  readonly host: string;
  readonly port: number;
  readonly database: number;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly secure: boolean;
  readonly tls: ConnectionOptions;
  /** Host, port and database, never the user or the password. */
  readonly location: string;
}

/** Reads `redis://user:password@host:port/database`. */
export function addressOf(url: unknown, tls: ConnectionOptions = {}): Address {
  if (typeof url !== 'string' || !URL.canParse(url)) throw invalid(url === undefined ? 'is missing' : 'is no URL');
  const { protocol, hostname, port, pathname, username, password } = new URL(url);
  if (protocol !== 'redis:' && protocol !== 'rediss:') throw invalid('does not begin with redis:// or rediss://');
  if (!/^\/?\d*$/.test(pathname)) throw invalid('does not name its database by a number');
  const database = Number(pathname.slice(1));
  return {
    host: hostname.replaceAll(/^\[|\]$/g, '') || '127.0.0.1',
    port: Number(port || 6379),
    database,
    user: username === '' ? undefined : decodeURIComponent(username),
    password: password === '' ? undefined : decodeURIComponent(password),
    secure: protocol === 'rediss:',
    tls,
    location: `${hostname || '127.0.0.1'}:${port || 6379}/${database}`,
  };
}

function invalid(problem: string): Error {
  const fix = "Write url: 'redis://user:password@host:6379/0'.";
  return millraceError('MILLRACE_OPTION_INVALID', { subject: 'redis', option: 'url', problem, fix });
}
