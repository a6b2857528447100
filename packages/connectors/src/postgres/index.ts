export { postgres, type Postgres } from './postgres.js';
export type {
  EmbeddedClient,
  EmbeddedTransaction,
  PostgresOptions,
  PostgresPlace,
  TableOptions,
  ViewOptions,
} from './options.js';
