import { need, optionsOf, requireArguments } from '@millrace/core/connector';
import type { Sink } from '@millrace/core';
import type { Publication, SinkContext, SinkWriter, Staged } from '@millrace/core/connector';
import type { PrintOptions } from './options.js';
import { sortedRows, tableOf } from './table.js';

/**
 * A sink that prints rows as a table, a checkpoint's when it is complete: one header, then rows under it; an upsert
 * flow's changed rows again. What goes to a terminal cannot be taken back: after a crash the last checkpoint's rows may
 * come a second time. What is not printed yet is kept in the checkpoint itself: where that is more than a mebibyte of text,
 * the checkpoint is made at once, so that none grows with the rows.
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

/** The texts of a row. */
type Cells = readonly string[];

/** Characters that may wait for a checkpoint. */
const lengthMax = 1024 * 1024;

function printWriter(context: SinkContext, write: (line: string) => void, printed: Map<string, number>): SinkWriter {
  const { fields } = context.schema;
  const names = Object.keys(fields);
  const place = `${context.lineage}/${context.output}`;
  const published = (): number => printed.get(place) ?? context.restored - 1;
  let widths: readonly number[] | undefined;
  let written: Cells[] = [];
  let length = 0;
  const sealed = new Map<number, readonly Cells[]>();

  return {
    published: async () => published(),
    write(batch) {
      for (const row of sortedRows(tableOf(batch, fields))) {
        const cells = names.map((name) => cellText(row[name]));
        written.push(cells);
        // As JSON: with two quotes and a comma.
        for (const cell of cells) length += cell.length + 3;
      }
    },
    room: () => (length < lengthMax ? undefined : 'stage'),
    seal(checkpoint) {
      sealed.set(checkpoint, written);
      written = [];
      length = 0;
    },
    async stage(checkpoint): Promise<Staged> {
      const rows = sealed.get(checkpoint) ?? [];
      sealed.delete(checkpoint);
      return rows.length === 0 ? null : { rows };
    },
    async publish({ checkpoint, staged }: Publication) {
      if (published() >= checkpoint) return;
      printed.set(place, checkpoint);
      if (staged === null) return;
      const rows = staged['rows'] as readonly Cells[];
      if (widths === undefined) {
        widths = names.map((name, i) => rows.reduce((widest, row) => Math.max(widest, row[i]!.length), name.length));
        write(lineOf(names, widths));
        write(widths.map((width) => '─'.repeat(width)).join('  '));
      }
      for (const row of rows) write(lineOf(row, widths));
    },
    async close() {
      written = [];
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
