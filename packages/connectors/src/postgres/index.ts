export { postgres, type Postgres } from './postgres.js';
export type { PostgresOptions, TableOptions, ViewOptions } from './options.js';
