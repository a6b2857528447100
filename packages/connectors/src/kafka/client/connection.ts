import type { KafkaOptions } from '../options.js';

/** Where the brokers are, and how they are reached. */
export interface Connection {
  /** Their names, for people: never a secret. */
  readonly server: string;
  readonly options: KafkaOptions;
  readonly patienceMs: number;
}

const defaultPatienceMs = 120_000;

/** What a call of `kafka` says. */
export function connectionOf(options: KafkaOptions): Connection {
  const { patienceMs = defaultPatienceMs } = options;
  return { server: serverName(options), options, patienceMs };
}

function serverName(options: KafkaOptions): string {
  if ('client' in options || typeof options.brokers === 'function') return 'kafka';
  return `kafka at ${options.brokers.join(', ')}`;
}
