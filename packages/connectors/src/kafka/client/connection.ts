import type { KafkaOptions } from '../options.js';

/** Where the brokers are, and how they are reached. */
export interface Connection {
  /** Their names, for people: never a secret. */
  readonly server: string;
  /** What tells the cluster from others, as far as options can. */
  readonly identity: unknown;
  readonly options: KafkaOptions;
  readonly patienceMs: number;
}

const defaultPatienceMs = 120_000;

/** What a call of `kafka` says. */
export function connectionOf(options: KafkaOptions): Connection {
  const { patienceMs = defaultPatienceMs } = options;
  return { server: serverName(options), identity: identityOf(options), options, patienceMs };
}

function serverName(options: KafkaOptions): string {
  if ('client' in options || typeof options.brokers === 'function') return 'kafka';
  return `kafka at ${options.brokers.join(', ')}`;
}

function identityOf(options: KafkaOptions): unknown {
  if ('client' in options) return options.client;
  return typeof options.brokers === 'function' ? options.brokers : [...options.brokers].sort().join(',');
}
