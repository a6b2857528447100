import { loadPeer } from '@millrace/core/connector';
import type * as KafkaJsModule from 'kafkajs';
import type { KafkaOptions } from '../options.js';

/**
 * Loads kafkajs when it is first needed.
 *
 * @throws MillraceError `MILLRACE_PEER_MISSING` where the optional package is not installed.
 */
export function loadKafkaJs(): Promise<typeof KafkaJsModule> {
  return loadPeer('kafkajs', 'A Kafka topic', () => import('kafkajs'));
}

/** The client that the options describe, quiet unless they say otherwise: what fails is told by the run. */
export async function clientOf(options: KafkaOptions): Promise<KafkaJsModule.Kafka> {
  if ('client' in options) return options.client;
  const { Kafka, logLevel } = await loadKafkaJs();
  const { patienceMs: _, ...config } = options as KafkaJsModule.KafkaConfig & { patienceMs?: number };
  return new Kafka({ clientId: 'millrace', logLevel: logLevel.NOTHING, ...config });
}
