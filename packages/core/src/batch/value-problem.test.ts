import { expect, test } from 'vitest';
import { typeOfText } from '../testing/notation-type.js';
import { valueProblem } from './value-problem.js';

test.each([
  ['utf8', 1, 'is a whole number where utf8 is needed'],
  ['utf8', null, 'is null where utf8 is needed'],
  ['utf8', undefined, 'is undefined where utf8 is needed'],
  ['int32', 'x', 'is a string where int32 is needed'],
  ['int32', 1.5, 'is a fractional number where int32 is needed'],
  ['int32', 2 ** 31, 'is a whole number where int32 is needed'],
  ['int32?', Number.NaN, 'is NaN where int32? is needed'],
  ['int64', 1, 'is a whole number where int64 is needed'],
  ['int64', 2n ** 63n, 'is a bigint where int64 is needed'],
  ['float64', true, 'is a boolean where float64 is needed'],
  ['decimal(4,2)', '123.45', 'is a string where decimal(4,2) is needed'],
  ['decimal(4,2)', '1.234', 'is a string where decimal(4,2) is needed'],
  ['decimal(4,2)', 1.5, 'is a fractional number where decimal(4,2) is needed'],
  ['bool', 'true', 'is a string where bool is needed'],
  ['timestamp', new Date(Number.NaN), 'is an invalid date where timestamp is needed'],
  ['timestamp', 0.5, 'is a fractional number where timestamp is needed'],
  ['timestamp', '2026-01-01', 'is a string where timestamp is needed'],
  ['binary', [1], 'is a list where binary is needed'],
  ['list<int32>', {}, 'is an object where list<int32> is needed'],
  ['list<int32>', [1, 'x'], 'has an item that is a string where int32 is needed'],
  ['struct<a:int32>', [], 'is a list where struct<a:int32> is needed'],
  ['struct<a:list<int32>>', { a: [null] }, 'has a member "a" that has an item that is null where int32 is needed'],
])('%s refuses %s', (type, value, problem) => {
  expect(valueProblem(typeOfText(type), value)).toBe(problem);
});

test.each([
  ['utf8?', null],
  ['int32', -0],
  ['int32', -(2 ** 31)],
  ['int64', -(2n ** 63n)],
  ['float64', Number.NaN],
  ['decimal(4,2)', '-12.3400'],
  ['timestamp', 5],
  ['timestamp', new Date(0)],
  ['struct<a:int32?>', {}],
  ['list<int32?>', [undefined]],
])('%s takes %s', (type, value) => {
  expect(valueProblem(typeOfText(type), value)).toBeUndefined();
});
