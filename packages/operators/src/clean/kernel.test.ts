import { fcOptions } from '@millrace/core/testing';
import { type BytesColumn, binaryBuilder } from '@millrace/core/operate';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runSteps, type Step } from './step.js';

/** Texts as a column of plain bytes, `shift` bytes into its buffer: kernels read words where they lie aligned. */
export function bytesOf(texts: readonly string[], shift = 0): BytesColumn {
  const builder = binaryBuilder();
  builder.append('x'.repeat(shift));
  for (const text of texts) builder.append(text);
  const { offsets, bytes } = builder.finish();
  return { layout: 'bytes', offsets: offsets.subarray(1), bytes, validity: undefined };
}

/** Holds a step's kernel against its definition: equal wherever it does not miss. Gives how many texts it missed. */
export function expectAgreement(step: Step, texts: readonly string[], shift = 0): number {
  const values = new Float64Array(texts.length);
  const misses = new Int32Array(texts.length);
  const rows = Int32Array.from(texts.keys());
  const missed = step.kernel!()(bytesOf(texts, shift), rows, values, misses);
  const missedRows = new Set(misses.subarray(0, missed));
  texts.forEach((text, row) => {
    if (missedRows.has(row)) return;
    const outcome = runSteps([step], text);
    const value = outcome instanceof Date ? outcome.getTime() : outcome;
    if (!Object.is(values[row], value)) expect.fail(`${JSON.stringify(text)}: ${values[row]}, not ${String(value)}`);
  });
  return missed;
}

/** Random texts of the given characters. */
export function textOf(characters: string): fc.Arbitrary<string> {
  return fc.string({ unit: fc.constantFrom(...Array.from(characters)), maxLength: 20 });
}

/** The same for random columns of texts. */
export function expectAgreementOn(step: Step, text: fc.Arbitrary<string>): void {
  fc.assert(
    fc.property(fc.array(text, { maxLength: 20 }), fc.nat(3), (texts, shift) => {
      expectAgreement(step, texts, shift);
    }),
    fcOptions(300),
  );
}

test('a kernel that disagrees with its step is caught', () => {
  const wrong: Step = {
    value: (text: string) => text.length,
    kernel: () => (_, rows, values) => {
      for (const row of rows) values[row] = 3;
      return 0;
    },
  };
  expectAgreement(wrong, ['abc', 'xyz']);
  expect(() => expectAgreement(wrong, ['abc', 'ab'])).toThrow('"ab": 3, not 2');
});
