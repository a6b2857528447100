import { type ColumnType } from '@millrace/core';
import {
  type BytesColumn,
  bytesText,
  clearBit,
  type Column,
  fullBits,
  isNull,
  setBit,
  textBytes,
} from '@millrace/core/operate';
import type { CleanedColumn, RefusedRow } from './cleaned-column.js';
import { type ParseKernel, runSteps, type Step } from './step.js';

type BytesCleaner = (column: BytesColumn, rows: Int32Array, length: number) => CleanedColumn;

/**
 * Runs a chain over plain bytes without a string per row, where the chain allows it: known texts become null, then at
 * most one rule with a kernel parses the others. What a kernel misses goes through the chain as text, so that the
 * outcome is the chain's, whatever the kernel can do. Undefined for all other chains.
 */
export function overBytes(steps: readonly Step[], output: ColumnType): BytesCleaner | undefined {
  const outcomeOf = outcomes(steps);
  if (steps.every((step) => step.changes !== undefined && step.null === undefined)) return nullingCleaner(steps);
  const kernel = kernelOf(steps);
  return kernel === undefined ? undefined : parsingCleaner(kernel(), outcomeOf, runSteps(steps, null), output);
}

// The kernel sees the texts as they came, so no step before it may make one parse, or not parse, that would otherwise.
function kernelOf(steps: readonly Step[]): (() => ParseKernel) | undefined {
  const at = steps.findIndex((step) => step.kernel !== undefined);
  const parse = steps[at];
  if (parse === undefined) return undefined;
  const parses = (text: string): boolean => typeof (parse.value as (text: string) => unknown)(text) !== 'symbol';
  const before = steps.slice(0, at).every(({ changes }) => changes !== undefined && !changes.some(parses));
  const behind = steps.slice(at + 1).every(({ changes }) => changes !== undefined);
  return before && behind ? parse.kernel : undefined;
}

function parsingCleaner(
  parse: ParseKernel,
  outcomeOf: (bytes: Uint8Array, start: number, end: number) => unknown,
  nullOutcome: unknown,
  output: ColumnType,
): BytesCleaner {
  let misses = new Int32Array(0);
  return (column, rows, length) => {
    if (misses.length < rows.length) misses = new Int32Array(rows.length);
    const { bytes, offsets } = column;
    const values = output.kind === 'int32' ? new Int32Array(length) : new Float64Array(length);
    const refused: RefusedRow[] = [];
    let validity: Uint8Array | undefined = column.validity?.slice();
    const settle = (row: number, outcome: unknown): void => {
      if (typeof outcome === 'symbol') {
        refused.push({ row, reason: outcome });
      } else if (outcome === null) {
        validity ??= fullBits(length);
        clearBit(validity, row);
      } else {
        values[row] = Number(outcome);
        if (validity !== undefined) setBit(validity, row);
      }
    };
    const missed = parse(column, rows, values, misses);
    for (let i = 0; i < missed; i++) {
      const row = misses[i]!;
      if (!isNull(column, row)) settle(row, outcomeOf(bytes, offsets[row]!, offsets[row + 1]!));
    }
    if (column.validity !== undefined) {
      for (const row of rows) if (isNull(column, row)) settle(row, nullOutcome);
      refused.sort((a, b) => a.row - b.row);
    }
    return { column: numbersColumn(values, output.nullable ? validity : undefined), refused };
  };
}

function numbersColumn(values: Int32Array | Float64Array, validity: Uint8Array | undefined): Column {
  return values instanceof Int32Array ? { layout: 'int32', values, validity } : { layout: 'float64', values, validity };
}

// The texts that rules name are what most misses are: they are known by their bytes.
function outcomes(steps: readonly Step[]): (bytes: Uint8Array, start: number, end: number) => unknown {
  const named = namedTexts(steps).map((text) => ({ bytes: textBytes(text), outcome: runSteps(steps, text) }));
  return (bytes, start, end) => {
    for (const known of named) if (isText(known.bytes, bytes, start, end)) return known.outcome;
    return runSteps(steps, bytesText(bytes, start, end));
  };
}

function nullingCleaner(steps: readonly Step[]): BytesCleaner {
  const named = namedTexts(steps).map(textBytes);
  return (column, rows, length) => {
    const { bytes, offsets } = column;
    let validity: Uint8Array | undefined;
    for (const row of rows) {
      const start = offsets[row]!;
      const end = offsets[row + 1]!;
      for (const text of named) {
        if (!isText(text, bytes, start, end)) continue;
        validity ??= column.validity?.slice() ?? fullBits(length);
        clearBit(validity, row);
      }
    }
    return { column: { ...column, validity: validity ?? column.validity }, refused: [] };
  };
}

function namedTexts(steps: readonly Step[]): readonly string[] {
  return steps.flatMap(({ changes }) => changes ?? []);
}

function isText(text: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let i = 0; i < text.length; i++) if (text[i] !== bytes[start + i]) return false;
  return true;
}
