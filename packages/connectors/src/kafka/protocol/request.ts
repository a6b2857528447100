import type { WireReader } from './wire-reader.js';
import type { WireWriter } from './wire-writer.js';

/** One request of Kafka's protocol, in one version, and how its answer is read. */
export interface Request<T> {
  readonly apiKey: number;
  readonly apiName: string;
  readonly apiVersion: number;
  write(to: WireWriter): void;
  read(from: WireReader): T;
}

/** Numbers of requests. */
export const apiKeys = { produce: 0, fetch: 1, listOffsets: 2, metadata: 3, deleteRecords: 21 } as const;
