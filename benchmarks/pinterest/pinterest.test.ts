import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { knownAnswer } from './known-answer.js';
import { pinLines } from './generate-pins.js';
import { pinRecords } from './pin-records.js';
import { pinRows, type PinRow } from './pin-rows.js';
import { pinsFile } from './pins-file.js';
import { rightAnswer } from './right-answer.js';
import { windowsText } from './windows-text.js';

/** So many that no later pin falls into the first minute, and that there are re-posts. */
const records = 70_000;
const lines = [...pinLines(records)];
const pins = lines.map((line) => JSON.parse(line) as PinRow);

describe('the pins', () => {
  test('are the same bytes for ever', () => {
    expect(createHash('sha256').update(lines.join('')).digest('hex')).toBe(
      '0ae77e1eaafbe3df0a2cc54ed67c47616e5a390c7a4d8b8846ebed76c13b47d0',
    );
  });

  test('are written to a file once, and read again as they are', () => {
    const small = 10_000;
    const { path, bytes } = pinsFile(small);
    expect(pinsFile(small).path).toBe(path);
    expect(bytes).toBe(Buffer.byteLength(lines.slice(0, small).join('')));
    expect([...pinRows(small)]).toEqual(pins.slice(0, small));
    expect(Array.from(pinRecords(small), ({ length, next }) => [length, next])).toEqual([
      [8192, 8192],
      [1808, 10_000],
    ]);
  });
});

describe('the right answer', () => {
  test('has the first minute of the known one', () => {
    const own = windowsText(rightAnswer(pins)).split('\n').slice(0, 13);
    expect(own).toEqual(knownAnswer(2_000_000).split('\n').slice(0, 13));
    expect(own.every((line) => line.startsWith('2026-01-05T12:00:00Z\t'))).toBe(true);
  });

  test('counts a re-post once', () => {
    const unique = new Set(pins.map(({ unique_id }) => unique_id)).size;
    expect(unique).toBeLessThan(records);
    expect(rightAnswer(pins).reduce((sum, window) => sum + window.pins, 0)).toBe(unique);
  });
});
