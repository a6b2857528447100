import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expectAgreement, expectAgreementOn, textOf } from '../kernel.test.js';
import { runSteps } from '../step.js';
import { number } from './number.js';

const step = number();
const outcome = (text: string): unknown => runSteps([step], text);

describe('number', () => {
  test.each([
    ['21.5', 21.5],
    ['-999', -999],
    ['-0', 0],
    ['1.77245281E9', 1_772_452_810],
    ['.5', 0.5],
    ['5.', 5],
    ['0.1', 0.1],
    ['9007199254740993', 9_007_199_254_740_992],
    ['123456789.123456789123', 123_456_789.123_456_79],
  ])('%s', (text, value) => expect(Object.is(outcome(text), value)).toBe(true));

  test.each(['', 'NaN', 'Infinity', '-Infinity', '21,5', '0x1F', '1_000', ' 1', '.', 'e5'])('refuses %j', (text) => {
    expect((outcome(text) as symbol).description).toBe('is not a number');
  });

  test('refuses what a float64 cannot hold', () => {
    expect((outcome('1e999') as symbol).description).toBe('is too large for a float64');
  });

  test('its kernel agrees with it on any text', () => {
    expectAgreementOn(step, textOf('0123456789-+.eE'));
    expectAgreementOn(step, fc.double().map(String));
    expect(expectAgreement(step, ['21.5', '-999', '0.000001'])).toBe(0);
  });
});
