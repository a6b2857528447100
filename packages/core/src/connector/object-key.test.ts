import { describe, expect, it } from 'vitest';
import { isMillraceError } from '../error/millrace-error.js';
import { checkKey, compareKeys } from './object-key.js';

describe('checkKey', () => {
  it.each(['', '/a', 'a//b', 'a/', '../a', 'a/./b', 'a/..', 'a\\b', 'a\0'])('refuses %j', (key) => {
    expect.assertions(1);
    try {
      checkKey('folder x', key);
    } catch (error) {
      expect(isMillraceError(error, 'MILLRACE_OPTION_INVALID')).toBe(true);
    }
  });

  it.each(['a', 'a/b.json', '..a/b', 'a b/ü%20', '.hidden'])('takes %j', (key) => {
    expect(() => checkKey('folder x', key)).not.toThrow();
  });
});

describe('compareKeys', () => {
  it('goes by UTF-8 bytes', () => {
    const keys = ['a', 'a-b', 'a/b', 'a0', 'b', 'é', '\ue000', '\uffff', '😀', 'a😀', 'a\uff5e'];
    const byBytes = [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect([...keys].sort(compareKeys)).toEqual(byBytes);
    expect([...keys].sort()).not.toEqual(byBytes);
  });
});
