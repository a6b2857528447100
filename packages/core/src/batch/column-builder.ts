import type { ColumnType } from '../schema/column-type.js';
import type { ColumnBuilder } from './builder.js';
import { clearBit, emptyBits, setBit } from './bits.js';
import { binaryBuilder } from './bytes-builder.js';
import type { Column } from './column.js';
import { parseDecimal, setUnscaled } from './decimal.js';
import { grown } from './grow.js';
import { textBuilder } from './text-builder.js';
import { validityBuilder } from './validity-builder.js';

export type { ColumnBuilder } from './builder.js';

/**
 * A builder for columns of `type`. It stores what it is given: values must fit the type (`valueProblem` says whether
 * they do).
 */
export function columnBuilder(type: ColumnType): ColumnBuilder {
  switch (type.kind) {
    case 'utf8':
      return textBuilder();
    case 'binary':
      return binaryBuilder();
    case 'int32':
      return valuesBuilder(new Int32Array(0), (values, at, value) => {
        values[at] = value as number;
      }, (values, length, validity) => ({ layout: 'int32', values: values.slice(0, length), validity })); // prettier-ignore
    case 'float64':
      return valuesBuilder(new Float64Array(0), (values, at, value) => {
        values[at] = value as number;
      }, (values, length, validity) => ({ layout: 'float64', values: values.slice(0, length), validity })); // prettier-ignore
    case 'timestamp':
      return valuesBuilder(new Float64Array(0), (values, at, value) => {
        values[at] = Number(value);
      }, (values, length, validity) => ({ layout: 'float64', values: values.slice(0, length), validity })); // prettier-ignore
    case 'int64':
      return valuesBuilder(new BigInt64Array(0), (values, at, value) => {
        values[at] = typeof value === 'bigint' ? value : 0n; // 0 stands under a null
      }, (values, length, validity) => ({ layout: 'int64', values: values.slice(0, length), validity })); // prettier-ignore
    case 'decimal':
      return decimalBuilder(type.precision!, type.scale!);
    case 'bool':
      return boolBuilder();
    case 'list':
      return listBuilder(columnBuilder(type.items!));
    case 'struct':
      return structBuilder(Object.entries(type.fields!).map(([name, member]) => [name, columnBuilder(member)]));
  }
}

function valuesBuilder<A extends Int32Array | Float64Array | BigInt64Array>(
  first: A,
  write: (values: A, at: number, value: unknown) => void,
  column: (values: A, length: number, validity: Uint8Array | undefined) => Column,
): ColumnBuilder {
  let values = first;
  let length = 0;
  const validity = validityBuilder();
  const builder: ColumnBuilder = {
    append(value) {
      if (value === null || value === undefined) return builder.appendNull();
      values = grown(values, length + 1);
      write(values, length++, value);
    },
    appendNull() {
      values = grown(values, length + 1);
      write(values, length, 0);
      validity.markNull(length++);
    },
    finish() {
      const finished = column(values, length, validity.finish(length));
      length = 0;
      return finished;
    },
  };
  return builder;
}

function decimalBuilder(precision: number, scale: number): ColumnBuilder {
  let words = new BigInt64Array(0);
  let length = 0;
  const validity = validityBuilder();
  const push = (unscaled: bigint): void => {
    words = grown(words, 2 * length + 2);
    setUnscaled(words, length++, unscaled);
  };
  const builder: ColumnBuilder = {
    append(value) {
      if (value === null || value === undefined) return builder.appendNull();
      push(typeof value === 'string' ? (parseDecimal(value, precision, scale) ?? 0n) : 0n);
    },
    appendNull() {
      validity.markNull(length);
      push(0n);
    },
    finish() {
      const column: Column = {
        layout: 'decimal',
        values: words.slice(0, 2 * length),
        validity: validity.finish(length),
      };
      length = 0;
      return column;
    },
  };
  return builder;
}

function boolBuilder(): ColumnBuilder {
  let bits = new Uint8Array(0);
  let length = 0;
  const validity = validityBuilder();
  const push = (value: boolean): void => {
    bits = grown(bits, (length >> 3) + 1);
    if (value) setBit(bits, length++);
    else clearBit(bits, length++);
  };
  const builder: ColumnBuilder = {
    append(value) {
      if (value === null || value === undefined) return builder.appendNull();
      push(value === true);
    },
    appendNull() {
      validity.markNull(length);
      push(false);
    },
    finish() {
      const values = emptyBits(length);
      values.set(bits.subarray(0, values.length));
      const column: Column = { layout: 'bool', values, validity: validity.finish(length) };
      length = 0;
      return column;
    },
  };
  return builder;
}

function listBuilder(items: ColumnBuilder): ColumnBuilder {
  let offsets = new Int32Array(1);
  let length = 0;
  const validity = validityBuilder();
  const push = (count: number): void => {
    offsets = grown(offsets, length + 2);
    offsets[length + 1] = offsets[length]! + count;
    length++;
  };
  const builder: ColumnBuilder = {
    append(value) {
      if (value === null || value === undefined) return builder.appendNull();
      const values = value as readonly unknown[];
      for (const item of values) items.append(item);
      push(values.length);
    },
    appendNull() {
      validity.markNull(length);
      push(0);
    },
    finish() {
      const column: Column = {
        layout: 'list',
        offsets: offsets.slice(0, length + 1),
        items: items.finish(),
        validity: validity.finish(length),
      };
      length = 0;
      return column;
    },
  };
  return builder;
}

function structBuilder(members: readonly (readonly [string, ColumnBuilder])[]): ColumnBuilder {
  let length = 0;
  const validity = validityBuilder();
  const builder: ColumnBuilder = {
    append(value) {
      if (value === null || value === undefined) return builder.appendNull();
      const row = value as { readonly [name: string]: unknown };
      for (const [name, member] of members) member.append(row[name]);
      length++;
    },
    appendNull() {
      for (const [, member] of members) member.appendNull();
      validity.markNull(length++);
    },
    finish() {
      const fields = Object.fromEntries(members.map(([name, member]) => [name, member.finish()]));
      const column: Column = { layout: 'struct', fields, validity: validity.finish(length) };
      length = 0;
      return column;
    },
  };
  return builder;
}
