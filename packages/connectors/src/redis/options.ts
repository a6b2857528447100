import type { ConnectionOptions } from 'node:tls';

/** Where the server is, and under which names views are kept. */
export interface RedisOptions {
  /** `redis://user:password@host:6379/0`; `rediss://` speaks TLS. */
  readonly url: string;
  /** Of `rediss://`: certificates and the like, as `tls.connect` of Node takes them. */
  readonly tls?: ConnectionOptions;
  /** What the names of all keys begin with. Default: `millrace`. Without `{` and `}`. */
  readonly prefix?: string;
  /** How long an operation is tried again while the server is away, like `'1m'` (the default). */
  readonly retryFor?: string;
}

/** What a view is told. */
export interface ViewOptions<K extends string> {
  /** The fields that name a row. */
  readonly key: readonly K[];
}

/** What a reader asks for. */
export interface ReadOptions {
  /** Early rows as well: those of windows that are not final yet, where an aggregate shows them. Default: no. */
  readonly early?: boolean;
}

/** What a reader of many rows asks for. */
export interface RowsOptions extends ReadOptions {
  /** Only rows whose event time is this one or later. The event time of a window's row is its end less 1 ms. */
  readonly from?: Date;
  /** Only rows whose event time is before this one. */
  readonly to?: Date;
}
