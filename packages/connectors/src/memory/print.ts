import { need, optionsOf, requireArguments } from '@millrace/core/connector';
import type { Sink } from '@millrace/core';
import type { Batch, Publication, SinkContext, SinkWriter, Staged } from '@millrace/core/connector';
import type { PrintOptions } from './options.js';
import { sortedRows, tableOf } from './table.js';
import { writtenBatches } from './written-batches.js';

/**
 * A sink that prints rows as a table, a checkpoint's when it is complete: one header, then rows under it; an upsert
 * flow's changed rows again. What goes to a terminal cannot be taken back: after a crash the last checkpoint's rows may
 * come a second time.
 */
export function print(options: PrintOptions = {}): Sink<unknown> {
  requireArguments('print', 'print()', [['options', options, optionsOf('write')]]);
  // eslint-disable-next-line no-console -- to print is what it is for
  const { write = (line) => console.log(line) } = options;
  requireArguments('print', 'print({ write: (line) => … })', [['write', write, need.call]]);
  const printed = new Map<string, number>();
  return {
    name: 'print',
    label: 'print()',
    modes: ['append', 'upsert'],
    key: undefined,
    open: async (context) => printWriter(context, write, printed),
  };
}

function printWriter(context: SinkContext, write: (line: string) => void, printed: Map<string, number>): SinkWriter {
  const { fields } = context.schema;
  const names = Object.keys(fields);
  const place = `${context.lineage}/${context.output}`;
  const published = (): number => printed.get(place) ?? context.restored - 1;
  let widths: readonly number[] | undefined;
  const written = writtenBatches();
  const sealed = new Map<number, readonly Batch[]>();

  return {
    published: async () => published(),
    write: (batch) => written.add(batch),
    room: () => written.room(),
    seal(checkpoint) {
      sealed.set(checkpoint, written.take());
    },
    async stage(checkpoint): Promise<Staged> {
      const rows = (sealed.get(checkpoint) ?? []).flatMap((batch) => sortedRows(tableOf(batch, fields)));
      sealed.delete(checkpoint);
      return rows.length === 0 ? null : { rows: rows.map((row) => names.map((name) => cellText(row[name]))) };
    },
    async publish({ checkpoint, staged }: Publication) {
      if (published() >= checkpoint) return;
      printed.set(place, checkpoint);
      if (staged === null) return;
      const rows = staged['rows'] as readonly (readonly string[])[];
      if (widths === undefined) {
        widths = names.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]!.length)));
        write(lineOf(names, widths));
        write(widths.map((width) => '─'.repeat(width)).join('  '));
      }
      for (const row of rows) write(lineOf(row, widths));
    },
    async close() {
      written.take();
      sealed.clear();
    },
  };
}

function lineOf(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, i) => cell.padEnd(widths[i]!))
    .join('  ')
    .trimEnd();
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return JSON.stringify(value).slice(1, -1);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'invalid date' : value.toISOString();
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (typeof value !== 'object') return `${value as number | string}`;
  return JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? part.toString() : part));
}
