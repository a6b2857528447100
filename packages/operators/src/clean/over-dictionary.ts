import { type ColumnType } from '@millrace/core';
import {
  binaryBuilder,
  bitAt,
  type BytesColumn,
  type Column,
  columnOf,
  type DictionaryColumn,
  dictionaryTexts,
  emptyBits,
  setBit,
  takeColumn,
} from '@millrace/core/operate';
import type { CleanedColumn, RefusedRow } from './cleaned-column.js';
import { type Refusal, runSteps, type Step } from './step.js';

/**
 * Runs a chain once per entry of a dictionary, and not at all while batches come with the same dictionary. The outcome
 * of null stands behind those of the entries.
 */
export function overDictionary(
  steps: readonly Step[],
  output: ColumnType,
): (column: DictionaryColumn, rows: Int32Array) => CleanedColumn {
  let dictionary: BytesColumn | undefined;
  let outcomes: Outcomes | undefined;
  const nullOutcome = runSteps(steps, null);
  return (column, rows) => {
    if (outcomes === undefined || dictionary !== column.dictionary) {
      dictionary = column.dictionary;
      outcomes = outcomesOf([...dictionaryTexts(dictionary).map((text) => runSteps(steps, text)), nullOutcome], output);
    }
    return { column: outcomes.column(column), refused: refusedRows(outcomes, column, rows) };
  };
}

interface Outcomes {
  readonly entries: number;
  /** Per entry, and for null; undefined where nothing is refused. */
  readonly refusals: readonly (Refusal | undefined)[] | undefined;
  /** The column of the outcomes at the codes of a column. */
  readonly column: (column: DictionaryColumn) => Column;
}

function outcomesOf(outcomes: readonly unknown[], output: ColumnType): Outcomes {
  const entries = outcomes.length - 1;
  const refusals = outcomes.map((outcome) => (typeof outcome === 'symbol' ? outcome : undefined));
  const values = outcomes.map((outcome) => (typeof outcome === 'symbol' ? null : outcome));
  return {
    entries,
    refusals: refusals.some((refusal) => refusal !== undefined) ? refusals : undefined,
    column: output.kind === 'utf8' ? textOutcomes(values as (string | null)[]) : valueOutcomes(values, output),
  };
}

function valueOutcomes(values: readonly unknown[], output: ColumnType): Outcomes['column'] {
  const outcomes = columnOf(output, values);
  return (column) => takeColumn(outcomes, entriesWithNull(column, values.length - 1));
}

function entriesWithNull({ codes, validity }: DictionaryColumn, nullEntry: number): Int32Array {
  if (validity === undefined) return codes;
  const entries = new Int32Array(codes.length);
  for (let row = 0; row < codes.length; row++) entries[row] = bitAt(validity, row) ? codes[row]! : nullEntry;
  return entries;
}

// Different texts may become the same, and the entries of a dictionary are distinct.
function textOutcomes(values: readonly (string | null)[]): Outcomes['column'] {
  const codeOfText = new Map<string, number>();
  const texts = binaryBuilder();
  const codeOf = Int32Array.from(values, (text) => {
    if (text === null) return -1;
    const known = codeOfText.get(text);
    if (known !== undefined) return known;
    texts.append(text);
    codeOfText.set(text, codeOfText.size);
    return codeOfText.size - 1;
  });
  const dictionary = texts.finish();
  const entries = values.length - 1;
  const unchanged = codeOf.subarray(0, entries).every((code, entry) => code === entry) && codeOf[entries] === -1;
  return (column) => {
    if (unchanged) return { ...column, dictionary };
    const entryOf = entriesWithNull(column, entries);
    const codes = new Int32Array(entryOf.length);
    const validity = emptyBits(entryOf.length);
    for (let row = 0; row < entryOf.length; row++) {
      const code = codeOf[entryOf[row]!]!;
      if (code < 0) continue;
      codes[row] = code;
      setBit(validity, row);
    }
    return { layout: 'dictionary', codes, dictionary, validity };
  };
}

function refusedRows({ refusals, entries }: Outcomes, column: DictionaryColumn, rows: Int32Array): RefusedRow[] {
  const refused: RefusedRow[] = [];
  if (refusals === undefined) return refused;
  const entryOf = entriesWithNull(column, entries);
  for (const row of rows) {
    const reason = refusals[entryOf[row]!];
    if (reason !== undefined) refused.push({ row, reason });
  }
  return refused;
}
