import type { Sink, SinkWriter, Staged } from '@millrace/core/connector';
import type { Disposable } from './contract.js';
import { batchOf, rowsNamed } from './sink-rows.js';

/** A sink under test, empty, for rows of `ContractRow` (`id` utf8, `n` int32); a view has the key `id`. */
export interface SinkSubject extends Disposable {
  readonly sink: Sink<never, never>;
  /** Another handle on the same place, as a process has it that starts after a crash. */
  readonly again: () => Promise<Sink<never, never>>;
  /** The `id` of every row that a reader sees now, in any order. */
  readonly visible: () => Promise<readonly string[]>;
}

/** What a reader sees now, sorted. */
export async function ids({ visible }: SinkSubject): Promise<string[]> {
  return [...(await visible())].sort();
}

/** Writes, seals and stages one checkpoint; what was staged passes through JSON, as through a manifest. */
export async function staged(writer: SinkWriter, checkpoint: number, ...names: readonly string[]): Promise<Staged> {
  if (names.length > 0) writer.write(batchOf(rowsNamed(...names)));
  writer.seal(checkpoint);
  return JSON.parse(JSON.stringify(await writer.stage(checkpoint))) as Staged;
}

/** Writes, stages and publishes one checkpoint. */
export async function published(writer: SinkWriter, checkpoint: number, ...names: readonly string[]): Promise<void> {
  await writer.publish({ checkpoint, staged: await staged(writer, checkpoint, ...names), final: false });
}
