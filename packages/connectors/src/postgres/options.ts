/** Where the database is, and how its tables are found. */
export type PostgresOptions = PostgresPlace & {
  /** The schema of tables named without one. Default: `public`. */
  readonly schema?: string;
  /** How long an operation is tried again while the server is away, like `'1m'` (the default). */
  readonly retryFor?: string;
};

/** On a server, or in this process. */
export type PostgresPlace =
  | {
      /** `postgres://user:password@host:5432/database`, with what `pg` takes behind a `?`. */
      readonly url: string;
    }
  | {
      /** No server: PostgreSQL in this process, by PGlite, with its files in this folder. One process at a time has it. */
      readonly folder: string;
    }
  | {
      /** A PGlite that you have made, and close yourself: to look at the tables while a job runs. */
      readonly client: EmbeddedClient;
    };

/** What is used of a PGlite. */
export interface EmbeddedClient {
  transaction<T>(work: (transaction: EmbeddedTransaction) => Promise<T>): Promise<T>;
}

/** What is used of a transaction of PGlite. */
export interface EmbeddedTransaction {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: unknown[] }>;
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
