import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';

// A file survives a crash of the machine only when its bytes and its entry in the folder have both been synced.

/** Writes a new file and waits until its bytes are on the disk; fails where there is one already. */
export async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Waits until the entries of a folder are on the disk. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes a folder with all above it, durably. */
export async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
}

/** The path of an object in the folder `root`. */
export function pathOf(root: string, key: string): string {
  return join(root, ...key.split('/'));
}
