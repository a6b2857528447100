import type { Fields } from '@millrace/core';
import { type Batch, type Column, columnOf, gatherColumn, grown, takeColumn } from '@millrace/core/operate';
import type { Accumulators } from './aggregation.js';

// Keeps one row of some columns per slot, whatever their types. The rows lie in chunks, each copied out of one batch;
// slots point into them. Rows that no slot points to any more are left behind when the chunks are copied together.

/** Whether row `row` of `columns` takes the place of row `keptRow` of `kept`. */
export type Better = (columns: readonly Column[], row: number, kept: readonly Column[], keptRow: number) => boolean;

/** What is kept, and by which rule. */
export interface KeptRowsOptions {
  /** The columns that are kept; the last of them is the result. */
  readonly parts: Fields;
  /** The same columns of a batch. */
  readonly columnsOf: (batch: Batch) => readonly Column[];
  readonly better: Better;
}

/** The best row of every slot. The first row of a slot is kept until a better one comes. */
export class KeptRows implements Accumulators {
  readonly parts: Fields;
  private readonly columnsOf: KeptRowsOptions['columnsOf'];
  private readonly better: Better;
  private chunks: (readonly Column[])[] = [];
  /** The number of the slot's chunk and one; 0 where the slot has no row. */
  private chunkOf = new Int32Array(64);
  private rowOf = new Int32Array(64);
  private rows = 0;
  private live = 0;

  constructor({ parts, columnsOf, better }: KeptRowsOptions) {
    this.parts = parts;
    this.columnsOf = columnsOf;
    this.better = better;
  }

  grow(slots: number): void {
    this.chunkOf = grown(this.chunkOf, slots);
    this.rowOf = grown(this.rowOf, slots);
  }

  update(slots: Int32Array, rows: Int32Array, batch: Batch): void {
    this.offer(slots, rows, this.columnsOf(batch));
  }

  merge(from: KeptRows, fromSlots: Int32Array, toSlots: Int32Array): void {
    const slots = fromSlots.filter((slot) => from.chunkOf[slot] !== 0);
    const own = toSlots.filter((_, i) => from.chunkOf[fromSlots[i]!] !== 0);
    this.offer(own, Int32Array.from(slots.keys()), from.columns(slots));
  }

  /** The rows of slots, copied. Each must have one. */
  columns(slots: Int32Array): readonly Column[] {
    const types = Object.values(this.parts);
    if (slots.length === 0) return types.map((type) => columnOf(type, []));
    const chunkOf = Int32Array.from(slots, (slot) => this.chunkOf[slot]! - 1);
    const rowOf = Int32Array.from(slots, (slot) => this.rowOf[slot]!);
    return types.map((_, part) => {
      const chunks = this.chunks.map((columns) => columns[part]!);
      return gatherColumn(chunks, chunkOf, rowOf);
    });
  }

  result(slots: Int32Array): Column {
    return this.columns(slots).at(-1)!;
  }

  clear(slots: Int32Array): void {
    for (const slot of slots) {
      if (this.chunkOf[slot] !== 0) this.live--;
      this.chunkOf[slot] = 0;
    }
  }

  save(slots: Int32Array): { readonly [part: string]: Column } {
    const columns = this.columns(slots);
    return Object.fromEntries(Object.keys(this.parts).map((part, i) => [part, columns[i]!]));
  }

  load(columns: { readonly [part: string]: Column }, length: number): void {
    this.grow(length);
    this.chunks = [Object.keys(this.parts).map((part) => columns[part]!)];
    this.chunkOf.fill(1, 0, length);
    for (let slot = 0; slot < length; slot++) this.rowOf[slot] = slot;
    this.rows = this.live = length;
  }

  private offer(slots: Int32Array, rows: Int32Array, columns: readonly Column[]): void {
    const { chunks, chunkOf, rowOf, better } = this;
    // The whole batch is a chunk while it is read, so that every kept row is found in the same way.
    const current = chunks.push(columns);
    const taken: number[] = [];
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i]!;
      const chunk = chunkOf[slot]!;
      if (chunk === 0) this.live++;
      else if (!better(columns, rows[i]!, chunks[chunk - 1]!, rowOf[slot]!)) continue;
      if (chunk !== current) taken.push(slot);
      chunkOf[slot] = current;
      rowOf[slot] = rows[i]!;
    }
    chunks.pop();
    if (taken.length === 0) return;
    const takenRows = Int32Array.from(taken, (slot) => rowOf[slot]!);
    chunks.push(columns.map((column) => takeColumn(column, takenRows)));
    taken.forEach((slot, row) => (rowOf[slot] = row));
    this.rows += taken.length;
    // Rare enough that its cost per row stays flat, often enough that neither dead rows nor small chunks pile up.
    if (this.rows > 2 * this.live + 4096 || chunks.length > 64 + this.live / 256) this.copyTogether();
  }

  private copyTogether(): void {
    const slots = Int32Array.from(this.chunkOf.keys()).filter((slot) => this.chunkOf[slot] !== 0);
    this.chunks = [this.columns(slots)];
    slots.forEach((slot, row) => {
      this.chunkOf[slot] = 1;
      this.rowOf[slot] = row;
    });
    this.rows = this.live = slots.length;
  }
}
