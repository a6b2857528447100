import fc from 'fast-check';
import { fcOptions } from '@millrace/core/testing';
import { describe, expect, test } from 'vitest';
import { expectAgreement, expectAgreementOn, textOf } from '../kernel.test.js';
import { runSteps } from '../step.js';
import { abbreviatedNumber } from './abbreviated-number.js';

const step = abbreviatedNumber();
const outcome = (text: string): unknown => runSteps([step], text);

describe('abbreviatedNumber', () => {
  test.each([
    ['124k', 124_000],
    ['15M', 15_000_000],
    ['422', 422],
    ['0', 0],
    ['-0', 0],
    ['1.5k', 1500],
    ['1.1M', 1_100_000],
    ['2B', 2e9],
    ['2b', 2e9],
    ['3K', 3000],
    ['-7k', -7000],
    ['+7', 7],
    ['0.001k', 1],
    ['1.23456k', 1234.56],
    ['9007199254740993', 9_007_199_254_740_992],
  ])('%s', (text, value) => {
    expect(Object.is(outcome(text), value)).toBe(true);
    expectAgreement(step, [text]);
  });

  test.each([
    '',
    'k',
    ' 1k',
    '1k ',
    '1kk',
    '1,000',
    '1e3',
    'User Info Error',
    '.5k',
    '5.k',
    '--1',
    '1k5',
    '１k',
    'NaN',
  ])('refuses %j', (text) => {
    expect(outcome(text)).toBeTypeOf('symbol');
    expect(expectAgreement(step, [text])).toBe(1);
  });

  test('is the text with an exponent, rounded once', () => {
    fc.assert(
      fc.property(
        fc.bigInt(0n, 10n ** 18n),
        fc.nat(17),
        fc.constantFrom('', 'k', 'M', 'B'),
        (digits, behind, suffix) => {
          const all = digits.toString().padStart(behind + 1, '0');
          const text = behind === 0 ? all : `${all.slice(0, -behind)}.${all.slice(-behind)}`;
          const exponent = { '': 0, k: 3, M: 6, B: 9 }[suffix];
          expect(outcome(text + suffix)).toBe(Number(`${digits}e${exponent - behind}`));
          expectAgreement(step, [text + suffix]);
        },
      ),
      fcOptions(500),
    );
  });

  test('its kernel agrees with it on any text', () => {
    expectAgreementOn(step, textOf('0123456789.kMb-+ '));
    expectAgreementOn(step, fc.string({ unit: 'binary' }));
  });

  test('its kernel misses none of the usual texts', () => {
    expect(expectAgreement(step, ['124k', '15M', '422', '0', '1.5k', '999999999999999'])).toBe(0);
  });
});
