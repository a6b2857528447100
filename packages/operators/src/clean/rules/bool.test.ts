import { describe, expect, test } from 'vitest';
import { runSteps } from '../step.js';
import { bit, bool } from './bool.js';

describe('bool', () => {
  const step = bool({ true: ['1', 'on'], false: ['0', 'off'] });

  test('knows the texts that it was given, and no others', () => {
    expect(['1', 'on', '0', 'off'].map((text) => runSteps([step], text))).toEqual([true, true, false, false]);
    expect((runSteps([step], 'true') as symbol).description).toBe(
      'is none of the texts for true and false (1, on, 0, off)',
    );
  });

  test('refuses a text with two meanings', () => {
    expect(() => bool({ true: ['1', '0'], false: ['0'] })).toThrow('has "0" both for true and for false');
  });
});

test('bit', () => {
  expect([1, 0, -0].map((value) => runSteps([bit()], value))).toEqual([true, false, false]);
  expect([2, NaN, 0.5].map((value) => (runSteps([bit()], value) as symbol).description)).toEqual(
    Array.from({ length: 3 }, () => 'is neither 0 nor 1'),
  );
});
