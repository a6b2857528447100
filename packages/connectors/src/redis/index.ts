export { redis, type Redis, type RedisView } from './redis.js';
export type { RedisChange } from './changes.js';
export type { ReadOptions, RedisOptions, RowsOptions, ViewOptions } from './options.js';
export type { AnyRow } from './row-values.js';
