import { describe, expect, test } from 'vitest';
import { engineNames, suiteNames } from './catalogue.js';
import { commandOf } from './command.js';

const known = ['engine-only', 'memory'];

describe('the command line', () => {
  test('without words means every suite, five times', () => {
    expect(commandOf([], known)).toEqual({
      suites: known,
      records: undefined,
      repeat: 5,
      engines: undefined,
      profile: false,
    });
  });

  test('takes suites and options', () => {
    const args = ['memory', '--records', '20_000', '--repeat', '3', '--engines', 'a,b', '--profile'];
    expect(commandOf(args, known)).toEqual({
      suites: ['memory'],
      records: 20_000,
      repeat: 3,
      engines: ['a', 'b'],
      profile: true,
    });
  });

  test.each([
    [['nexmark'], 'There is no suite nexmark. There are: engine-only, memory.'],
    [['--repeat', 'often'], '--repeat is "often", which is no whole number above 0.'],
    [['--records', '0'], '--records is "0", which is no whole number above 0.'],
  ])('refuses %j', (args, sentence) => {
    expect(() => commandOf(args, known)).toThrow(sentence);
  });
});

describe('the catalogue', () => {
  test('lists the suites, and for each the engines that answer it, our own first', () => {
    expect(suiteNames()).toEqual([
      'engine-only',
      'json-decode',
      'json-windows',
      'kafka-windows',
      'lake-replay',
      'memory',
    ]);
    expect(engineNames('engine-only')).toEqual(['millrace', 'kernels', 'rxjs-naive']);
    expect(engineNames('lake-replay')).toEqual(['millrace', 'duckdb']);
    expect(engineNames('memory')).toEqual(['millrace']);
  });
});
