import type { SinkContext } from '@millrace/core/connector';
import type { Server } from './server.js';

/** An open view, and what it was opened for. */
export interface Opened {
  readonly server: Server;
  readonly label: string;
  /** The head of its keys. */
  readonly head: string;
  /** The fields that name a row. */
  readonly key: readonly string[];
  readonly context: SinkContext;
  /** Whose stages and progress these are: the lineage's, or those of one domain of it. */
  readonly part: string;
}
