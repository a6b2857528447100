import { millraceError, type ObjectStore } from '@millrace/core';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { s3, type S3Options } from '../s3/index.js';
import type { OuterFolder } from './delta/table-folder.js';

/** Where the tables of a lake lie. */
export interface LakeRoot {
  readonly location: string;
  /** What tells it from all other stores. */
  readonly identity: unknown;
  readonly open: () => Promise<ObjectStore>;
  /** The folders that a table of this name lies in, as far out as can be seen. */
  readonly outer: (table: string) => Promise<readonly OuterFolder[]>;
}

/** A root; nothing is opened. */
export function lakeRoot(root: string | ObjectStore, options: S3Options | undefined): LakeRoot {
  if (typeof root === 'string' && root.startsWith('s3:')) return bucketRoot(root, options);
  if (options !== undefined) {
    const problem = `is given, and root is ${typeof root === 'string' ? JSON.stringify(root) : 'an object store'}`;
    throw refused('s3', problem, "Give a place in a bucket, like root: 's3://my-bucket/lake', or leave s3 out.");
  }
  if (typeof root === 'string') return folderRoot(pathOfRoot(root));
  const { location } = root;
  return { location, identity: root, open: async () => root, outer: async (table) => foldersOf(root, location, table) };
}

function bucketRoot(url: string, options: S3Options | undefined): LakeRoot {
  const store = s3(url, options);
  const { location } = store;
  return {
    location,
    identity: `${options?.endpoint ?? ''} ${location}`,
    open: async () => store,
    async outer(table) {
      const [, bucket, prefix] = /^(s3:\/\/[^/]+)\/?(.*)$/.exec(location)!;
      return foldersOf(s3(bucket!, options), bucket!, prefix === '' ? table : `${prefix}/${table}`);
    },
  };
}

function folderRoot(path: string): LakeRoot {
  const whole = resolve(path);
  let opening: Promise<ObjectStore> | undefined;
  const open = (): Promise<ObjectStore> =>
    (opening ??= import('@millrace/core/folder').then(({ folder }) => folder(path)));
  return {
    location: `folder ${path}`,
    identity: whole,
    open,
    async outer(table) {
      const { folder } = await import('@millrace/core/folder');
      const above: OuterFolder[] = [];
      for (let at = whole; at !== dirname(at); at = dirname(at)) {
        above.push({ store: folder(dirname(at)), prefix: '', location: dirname(at) });
      }
      return [...above, ...foldersOf(await open(), whole, table)];
    },
  };
}

/** The folders of a store that a table lies in, from the store itself on. */
function foldersOf(store: ObjectStore, location: string, table: string): OuterFolder[] {
  const names = table.split('/').slice(0, -1);
  return [[], ...names.map((_, i) => names.slice(0, i + 1))].map((path) => ({
    store,
    prefix: path.map((name) => `${name}/`).join(''),
    location: [location, ...path].join('/'),
  }));
}

function pathOfRoot(root: string): string {
  if (root.startsWith('file://')) return fileURLToPath(root);
  if (root.startsWith('file:')) return root.slice('file:'.length);
  if (root !== '' && !/^[a-z][a-z0-9]+:/i.test(root)) return root;
  const problem = root === '' ? 'is empty' : `is ${JSON.stringify(root)}, which is no path, file: URL or s3:// URL`;
  throw refused('root', problem, "Give a folder, like root: './lake', an s3:// URL, or an object store.");
}

function refused(option: string, problem: string, fix: string): Error {
  return millraceError('MILLRACE_OPTION_INVALID', { subject: 'lake', option, problem, fix });
}
