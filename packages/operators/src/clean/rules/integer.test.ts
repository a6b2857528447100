import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expectAgreement, expectAgreementOn, textOf } from '../kernel.test.js';
import { runSteps } from '../step.js';
import { integer } from './integer.js';

const step = integer();
const outcome = (text: string): unknown => runSteps([step], text);

describe('integer', () => {
  test.each([
    ['0', 0],
    ['-0', 0],
    ['+12', 12],
    ['-7', -7],
    ['007', 7],
    ['2147483647', 2_147_483_647],
    ['-2147483648', -2_147_483_648],
  ])('%s', (text, value) => expect(Object.is(outcome(text), value)).toBe(true));

  test.each(['', '-', '1.0', '1e3', ' 1', '0x10', 'NaN', '１'])('refuses %j', (text) => {
    expect((outcome(text) as symbol).description).toBe('is not a whole number');
  });

  test.each(['2147483648', '-2147483649', '99999999999999999999'])('refuses %s, which is no int32', (text) => {
    expect((outcome(text) as symbol).description).toMatch(/^is outside/);
  });

  test('its kernel agrees with it on any text', () => {
    expectAgreementOn(step, textOf('0123456789-+.'));
    expectAgreementOn(step, fc.integer().map(String));
    expect(expectAgreement(step, ['0', '12', '-999999999'])).toBe(0);
  });
});
