import { expect, test } from 'vitest';
import { addressOf } from './address.js';
import { isPassing } from './failures.js';
import { headKey } from './keys.js';

test('the head of a view is one hash tag, and another one for every prefix and name', () => {
  expect(headKey('millrace', 'popularity')).toBe('{millrace:popularity}');
  expect(headKey('a', 'b:c')).toBe('{a:b%3Ac}');
  expect(headKey('a:b', 'c')).toBe('{a:b:c}');
  expect(headKey('a', 'x}y{%')).toBe('{a:x%7Dy%7B%25}');
});

test('an address is read from its URL, and its location tells no secret', () => {
  expect(addressOf('redis://127.0.0.1')).toMatchObject({ host: '127.0.0.1', port: 6379, database: 0, secure: false });
  expect(addressOf('rediss://me:p%40ss@cache.example:7000/3')).toEqual({
    host: 'cache.example',
    port: 7000,
    database: 3,
    user: 'me',
    password: 'p@ss',
    secure: true,
    tls: {},
    location: 'cache.example:7000/3',
  });
  expect(addressOf('redis://:secret@[::1]:7000')).toMatchObject({ host: '::1', user: undefined, password: 'secret' });
  expect(addressOf('redis://:secret@[::1]:7000').location).toBe('[::1]:7000/0');
});

test.each([
  ['LOADING Redis is loading the dataset in memory', true],
  ['MOVED 3999 127.0.0.1:6381', true],
  ['NOSCRIPT No matching script.', true],
  ['Connection is closed.', true],
  ['The server was silent for 10 s.', true],
  ['connect ECONNREFUSED 127.0.0.1:9', true],
  ["OOM command not allowed when used memory > 'maxmemory'.", false],
  ['WRONGPASS invalid username-password pair or user is disabled.', false],
  ['ERR user_script:1: attempt to index a nil value', false],
])('whether "%s" may pass: %s', (message, passes) => {
  const code = /E[A-Z]{4,}/.exec(message)?.[0];
  expect(isPassing(Object.assign(new Error(message), code === undefined ? {} : { code }))).toBe(passes);
});
