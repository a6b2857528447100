import { describe, expect, test } from 'vitest';
import { runSteps } from '../step.js';
import { decimal } from './decimal.js';

const outcome = (text: string): unknown => runSteps([decimal(6, 2)], text);

describe('decimal(6, 2)', () => {
  test.each([
    ['11.80', '11.80'],
    ['11.8', '11.80'],
    ['-24.36', '-24.36'],
    ['0', '0.00'],
    ['9999.99', '9999.99'],
    ['0007', '7.00'],
    ['1.5000', '1.50'],
  ])('%s', (text, value) => expect(outcome(text)).toBe(value));

  test.each(['10000', '1.005', '9999.990001'])('refuses %s, which it would have to round or cut', (text) => {
    expect((outcome(text) as symbol).description).toBe('has more digits than decimal(6, 2) holds');
  });

  test.each(['', 'x', '1e2', '1,5', 'NaN', '-'])('refuses %j', (text) => {
    expect((outcome(text) as symbol).description).toBe('is not a decimal number like 11.80');
  });

  test('keeps 38 digits', () => {
    const text = '294733346389144765940638005275322203805';
    expect(runSteps([decimal(38, 0)], text)).toBeTypeOf('symbol');
    expect(runSteps([decimal(38, 0)], text.slice(1))).toBe(text.slice(1));
  });
});
