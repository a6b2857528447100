/** Where the server is. */
export interface PostgresOptions {
  /** `postgres://user:password@host:5432/database`, with what `pg` takes behind a `?`. */
  readonly url: string;
  /** The schema of tables named without one. Default: `public`. */
  readonly schema?: string;
  /** How long an operation is tried again while the server is away, like `'1m'` (the default). */
  readonly retryFor?: string;
}

/** What a table may be told. */
export interface TableOptions {
  /** Whether a table that is not there is made, with the columns of the output. Default: no, and it is an error. */
  readonly create?: boolean;
}

/** What a view is told. */
export interface ViewOptions<K extends string> extends TableOptions {
  /** The fields that name a row. */
  readonly key: readonly K[];
}
