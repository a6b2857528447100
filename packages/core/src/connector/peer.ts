import { millraceError } from '../error/millrace-error.js';

/**
 * Loads an optional package at the moment it is needed; where it is not installed, the error says what to install.
 *
 * @throws MillraceError `MILLRACE_PEER_MISSING`.
 * @example
 * ```ts
 * import { loadPeer } from '@millrace/core/connector';
 *
 * const { Observable } = await loadPeer('rxjs', 'A flow', () => import('rxjs'));
 * console.log(typeof Observable); // function
 * ```
 */
export async function loadPeer<T>(name: string, neededBy: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw millraceError('MILLRACE_PEER_MISSING', { package: name, for: neededBy }, { cause });
  }
}
