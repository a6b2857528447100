/**
 * Named, immutable blobs: what checkpoints and lake tables are made of. Keys are `/`-separated, without a leading one.
 * No key is both an object and a prefix of another (`a` and `a/b`): some stores cannot keep both.
 */
export interface ObjectStore {
  /** Where it is, for people; never a secret. */
  readonly location: string;
  /** The whole object, or undefined where there is none. */
  get(key: string): Promise<Uint8Array | undefined>;
  /** Bytes `start` to `end` (exclusive) of an object that exists. */
  getRange(key: string, start: number, end: number): Promise<Uint8Array>;
  /** The size in bytes, or undefined where there is no such object. */
  size(key: string): Promise<number | undefined>;
  /** Writes the object whole: a reader sees all of the old one or all of the new one. Durable when it resolves. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /**
   * Writes the object if there is none of this key: of any number of concurrent calls exactly one gets `true`. Durable
   * when it resolves. It may get `false` for its own write whose answer was lost: who needs to know writes a nonce.
   */
  create(key: string, bytes: Uint8Array): Promise<boolean>;
  /** The objects whose key starts with `prefix`, in order of key (UTF-8 bytes), those after `after` only. */
  list(prefix: string, after?: string): AsyncIterable<StoredObject>;
  /** Removes the object; without a word where there is none. */
  delete(key: string): Promise<void>;
}

/** An entry of a listing. */
export interface StoredObject {
  readonly key: string;
  readonly size: number;
  /** When it was written, in ms UTC. */
  readonly modified: number;
}
