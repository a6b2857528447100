import type { Execution } from './execute.js';

export type ServiceName = 'kafka' | 'redis' | 'postgres' | 's3';

/** A program with what it is started with. */
export interface Command extends Execution {
  readonly line: readonly string[];
}

/** What one kind of server is to those that start, watch and end it. */
export interface Server {
  readonly name: ServiceName;
  /** The program and its version, for people. */
  readonly title: string;
  /** Why it can not come back with its data, where it can not. */
  readonly forgets?: string;
  readonly stopSignal: NodeJS.Signals;
  /** Makes a new folder ready for the first start. */
  readonly format: (folder: string) => Promise<void>;
  readonly command: (folder: string, port: number) => Promise<Command>;
  /** Asks once, in the server's own protocol, whether it serves; rejects or gives false where it does not. */
  readonly answers: (port: number) => Promise<boolean>;
  readonly url: (port: number) => string;
  /** What is left to do with a server that has ended in order. */
  readonly stopped?: (folder: string) => Promise<void>;
}
