import { loadPeer } from '@millrace/core/connector';
import type * as KafkaJs from 'kafkajs';
import type { KafkaOptions } from '../options.js';

/** What is used of the module. */
type KafkaJsModule = Pick<
  typeof KafkaJs,
  'Kafka' | 'logLevel' | 'CompressionTypes' | 'CompressionCodecs' | 'ConfigResourceTypes' | 'AssignerProtocol'
>;

/**
 * Loads kafkajs when it is first needed.
 *
 * @throws MillraceError `MILLRACE_PEER_MISSING` where the optional package is not installed.
 */
export function loadKafkaJs(): Promise<KafkaJsModule> {
  return loadPeer('kafkajs', 'A Kafka topic', async (): Promise<KafkaJsModule> => {
    // Node finds only some of the names that this CommonJS module exports; its default export has them all.
    const module = await import('kafkajs');
    return module.default;
  });
}

/** The client that the options describe, quiet unless they say otherwise: what fails is told by the run. */
export async function clientOf(options: KafkaOptions): Promise<KafkaJs.Kafka> {
  if ('client' in options) return options.client;
  const { Kafka, logLevel } = await loadKafkaJs();
  const { patienceMs: _, ...config } = options as KafkaJs.KafkaConfig & { patienceMs?: number };
  // kafkajs writes into the object what it made of the login: a copy of it with another password would go on to use it.
  const login = config.sasl === undefined ? {} : { sasl: { ...config.sasl } };
  return new Kafka({ clientId: 'millrace', logLevel: logLevel.NOTHING, ...config, ...login });
}
