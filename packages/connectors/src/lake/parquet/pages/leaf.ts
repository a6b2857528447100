import type { ColumnType } from '@millrace/core';
import type { Column } from '@millrace/core/connector';
import { Type } from 'apache-arrow';
import type { ParquetType, SchemaElement } from 'hyparquet';
import { millisOfUnits } from '../micros.js';
import { type Chunk, readBools } from './chunk.js';
import { asTheyAre, decimalsOfBytes, decimalsOfNumbers, type Fixed, readFixed } from './fixed.js';
import { readText } from './text.js';

/** A column of a file that is neither nested nor repeated. */
export interface Leaf {
  /** Its place among the chunks of a row group. */
  readonly index: number;
  readonly element: SchemaElement;
  /** What the library has it as, which minds what a writer from Arrow says beside Parquet's own types. */
  readonly arrow: ArrowType;
}

/** What is read of an Arrow type, whose subtypes each declare some of it. */
export interface ArrowType {
  readonly typeId: Type;
  readonly dictionary?: ArrowType;
  readonly bitWidth?: number;
  readonly isSigned?: boolean;
  readonly precision?: number;
  readonly scale?: number;
  readonly unit?: number;
}

/** Reads a chunk as a column. */
export type ReadChunk = (chunk: Chunk) => Column;

/**
 * How a column of a file is read as one of the given type; undefined where that is not done here. Only what is meant by every
 * writer and reader alike is: all else is for `parquet-wasm` to read or to refuse.
 */
export function readingOf(leaf: Leaf, type: ColumnType): ReadChunk | undefined {
  switch (type.kind) {
    case 'utf8': {
      const wasDictionary = leaf.arrow.typeId === Type.Dictionary;
      if (!isText(leaf)) return undefined;
      return (chunk) => readText(chunk, { text: true, entriesPerRow: wasDictionary ? Infinity : 0.25 });
    }
    case 'binary':
      return isBinary(leaf) ? (chunk) => readText(chunk, { text: false, entriesPerRow: 0 }) : undefined;
    case 'int32':
      return isNumber(leaf, 32) ? fixed(asTheyAre(1), int32Column) : undefined;
    case 'int64':
      if (isNumber(leaf, 64)) return fixed(asTheyAre(2), (words) => ({ layout: 'int64', values: longs(words) }));
      return isNumber(leaf, 32) ? fixed(asTheyAre(1), (words) => ({ layout: 'int64', values: BigInt64Array.from(words, BigInt) })) : undefined; // prettier-ignore
    case 'float64':
      if (isFloat(leaf, 'DOUBLE')) return fixed(asTheyAre(2), (words) => doubles(new Float64Array(words.buffer)));
      if (isFloat(leaf, 'FLOAT')) return fixed(asTheyAre(1), (words) => doubles(Float64Array.from(new Float32Array(words.buffer)))); // prettier-ignore
      return isNumber(leaf, 32) ? fixed(asTheyAre(1), (words) => doubles(Float64Array.from(words))) : undefined;
    case 'timestamp': {
      const units = unitsPerMilli(leaf);
      if (units === undefined) return undefined;
      return fixed(asTheyAre(2), (words) => doubles(millisOfUnits(longs(words), units)));
    }
    case 'decimal': {
      const decimals = decimalsOf(leaf, type);
      return decimals && fixed(decimals, (words) => ({ layout: 'decimal', values: longs(words) }));
    }
    case 'bool':
      if (leaf.element.type !== 'BOOLEAN' || !isArrow(leaf, Type.Bool)) return undefined;
      return (chunk) => ({ layout: 'bool', ...readBools(chunk) });
    default:
      return undefined;
  }
}

type Values = Column extends infer C ? (C extends Column ? Omit<C, 'validity'> : never) : never;

function fixed(values: Fixed, columnOf: (words: Int32Array) => Values): ReadChunk {
  return (chunk) => {
    const { words, validity } = readFixed(chunk, values);
    return { ...columnOf(words), validity };
  };
}

const int32Column = (values: Int32Array): Values => ({ layout: 'int32', values });
const doubles = (values: Float64Array): Values => ({ layout: 'float64', values });
const longs = (words: Int32Array): BigInt64Array => new BigInt64Array(words.buffer);

function isText({ element, arrow }: Leaf): boolean {
  const { type, logical_type: logical, converted_type: converted } = element;
  if (type !== 'BYTE_ARRAY' || (logical === undefined ? converted !== 'UTF8' : logical.type !== 'STRING')) return false;
  return (arrow.typeId === Type.Dictionary ? arrow.dictionary : arrow)?.typeId === Type.Utf8;
}

function isBinary(leaf: Leaf): boolean {
  return isPlain(leaf.element, 'BYTE_ARRAY') && isArrow(leaf, Type.Binary);
}

function isFloat(leaf: Leaf, type: ParquetType): boolean {
  const precision = type === 'FLOAT' ? 1 : 2;
  return isPlain(leaf.element, type) && isArrow(leaf, Type.Float, (arrow) => arrow.precision === precision);
}

function isNumber(leaf: Leaf, bits: 32 | 64): boolean {
  const { type, logical_type: logical, converted_type: converted } = leaf.element;
  if (type !== `INT${bits}`) return false;
  const isWhole =
    logical === undefined
      ? converted === undefined || converted === `INT_${bits}`
      : logical.type === 'INTEGER' && logical.bitWidth === bits && logical.isSigned;
  return isWhole && isArrow(leaf, Type.Int, (arrow) => arrow.bitWidth === bits && arrow.isSigned === true);
}

const units = { MILLIS: { arrow: 1, perMilli: 1 }, MICROS: { arrow: 2, perMilli: 1000 }, NANOS: { arrow: 3, perMilli: 1_000_000 } }; // prettier-ignore

function unitsPerMilli(leaf: Leaf): number | undefined {
  const { type, logical_type: logical, converted_type: converted } = leaf.element;
  const named = logical?.type === 'TIMESTAMP' ? logical.unit : undefined;
  const old = converted === 'TIMESTAMP_MILLIS' ? 'MILLIS' : converted === 'TIMESTAMP_MICROS' ? 'MICROS' : undefined;
  const unit = logical === undefined ? old : named;
  if (type !== 'INT64' || unit === undefined) return undefined;
  return isArrow(leaf, Type.Timestamp, (arrow) => arrow.unit === units[unit].arrow) ? units[unit].perMilli : undefined;
}

function decimalsOf(leaf: Leaf, wanted: ColumnType): Fixed | undefined {
  const { type, type_length: size = 0, logical_type: logical, converted_type: converted } = leaf.element;
  const decimal = logical?.type === 'DECIMAL' ? logical : logical === undefined && converted === 'DECIMAL' ? leaf.element : undefined; // prettier-ignore
  const { precision, scale = 0 } = decimal ?? {};
  if (precision === undefined || scale !== wanted.scale || !(precision > 0 && precision <= wanted.precision!))
    return undefined;
  const isAlike = isArrow(leaf, Type.Decimal, (arrow) => arrow.bitWidth === 128 && arrow.scale === scale && arrow.precision === precision); // prettier-ignore
  if (!isAlike) return undefined;
  if (type === 'INT32' && precision <= 9) return decimalsOfNumbers(1);
  if (type === 'INT64' && precision <= 18) return decimalsOfNumbers(2);
  return type === 'FIXED_LEN_BYTE_ARRAY' && size > 0 && size <= 16 ? decimalsOfBytes(size) : undefined;
}

function isPlain(
  { type, logical_type: logical, converted_type: converted }: SchemaElement,
  wanted: ParquetType,
): boolean {
  return type === wanted && logical === undefined && converted === undefined;
}

function isArrow({ arrow }: Leaf, id: Type, isAlike: (arrow: ArrowType) => boolean = () => true): boolean {
  return arrow.typeId === id && isAlike(arrow);
}
