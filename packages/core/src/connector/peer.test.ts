import { expect, test } from 'vitest';
import { loadPeer } from './peer.js';

const nobodysPackage = 'a-package-that-nobody-has';

test('a missing package is named with the command that installs it; another failure stays what it is', async () => {
  // What Node says of a package that is not there.
  const missing = loadPeer('pg', 'A Postgres table', () => import(nobodysPackage) as Promise<unknown>);
  await expect(missing).rejects.toMatchObject({
    code: 'MILLRACE_PEER_MISSING',
    sentence: 'A Postgres table needs the package "pg", which is not installed.',
    fix: 'npm install pg',
  });
  const failing = loadPeer('pg', 'A Postgres table', () => Promise.reject(new Error('out of memory')));
  await expect(failing).rejects.toThrow('out of memory');
});
