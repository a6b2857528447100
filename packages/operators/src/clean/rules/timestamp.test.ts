import { fcOptions } from '@millrace/core/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesOf, expectAgreement, expectAgreementOn } from '../kernel.test.js';
import { runSteps } from '../step.js';
import { timestamp } from './timestamp.js';

const noZone = timestamp();
const utc = timestamp({ zone: 'UTC' });
const newYork = timestamp({ zone: 'America/New_York' });
const outcome = (text: string, step = utc): unknown => runSteps([step], text);
const reason = (text: string, step = utc): string | undefined => (outcome(text, step) as symbol).description;

describe('timestamp', () => {
  test.each([
    ['2026-04-07T10:57:48.160Z', '2026-04-07T10:57:48.160Z'],
    ['2026-04-07T10:57:59Z', '2026-04-07T10:57:59.000Z'],
    ['2026-04-07 10:57:59', '2026-04-07T10:57:59.000Z'],
    ['2026-04-07T10:57:59', '2026-04-07T10:57:59.000Z'],
    ['2026-04-07 10:57:59.5', '2026-04-07T10:57:59.500Z'],
    ['2026-04-07 10:57:59.123456789Z', '2026-04-07T10:57:59.123Z'],
    ['2026-04-07T10:57:59+02:00', '2026-04-07T08:57:59.000Z'],
    ['2026-04-07T10:57:59.001-0930', '2026-04-07T20:27:59.001Z'],
    ['1969-12-31T23:59:59.999Z', '1969-12-31T23:59:59.999Z'],
    ['0050-01-01T00:00:00Z', '0050-01-01T00:00:00.000Z'],
    ['2024-02-29 00:00:00', '2024-02-29T00:00:00.000Z'],
  ])('%s', (text, iso) => {
    expect((outcome(text) as Date).toISOString()).toBe(iso);
    for (const shift of [0, 1]) expectAgreement(utc, [text], shift);
  });

  test('a text without a zone is in the zone of the rule, one with a zone is not', () => {
    expect(outcome('2021-01-01 00:30:10', newYork)).toEqual(new Date('2021-01-01T05:30:10Z'));
    expect(outcome('2021-01-01 00:30:10Z', newYork)).toEqual(new Date('2021-01-01T00:30:10Z'));
    expect(reason('2021-01-01 00:30:10', noZone)).toBe('has no time zone, and the rule names none');
    expect(outcome('2021-01-01 00:30:10Z', noZone)).toEqual(new Date('2021-01-01T00:30:10Z'));
    expect(reason('2021-03-14 02:30:00', newYork)).toBe('is a time that the clocks of its zone skip');
  });

  test.each([
    '2026-13-45T00:00:00Z',
    '2026-02-29T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:00:60Z',
    '2026-01-01T00:00:00+24:00',
  ])('%s does not exist', (text) => expect(reason(text)).toBe('is a date or time that does not exist'));

  test.each([
    '',
    '2026-01-01',
    '2026-01-01T00:00',
    '2026-01-01X00:00:00',
    ' 2026-01-01 00:00:00',
    '1772452800000',
    '2026-1-1 00:00:00',
    '2026-01-01 00:00:00.',
    '2026-01-01T00:00:00z',
  ])('refuses %j', (text) => expect(reason(text)).toMatch(/^is not a time like/));

  test('is what Date.UTC says', () => {
    const instant = fc.integer({ min: Date.UTC(1000, 0), max: Date.UTC(9999, 0) });
    fc.assert(
      fc.property(instant, fc.boolean(), (ms, space) => {
        const text = new Date(ms).toISOString();
        expect((outcome(space ? text.replace('T', ' ') : text) as Date).getTime()).toBe(ms);
      }),
      fcOptions(500),
    );
  });

  test('its kernel agrees with it on times and on texts that are nearly times', () => {
    const times = fc.integer({ min: 0, max: 4e12 }).map((ms) => new Date(ms).toISOString());
    const spoilt = fc
      .tuple(times, fc.nat(23), fc.constantFrom(...Array.from('0129:-.TZ +x')))
      .map(([text, at, by]) => text.slice(0, at) + by + text.slice(at + 1));
    const cut = fc.tuple(times, fc.nat(24)).map(([text, end]) => text.slice(0, end));
    for (const step of [noZone, utc, newYork]) expectAgreementOn(step, fc.oneof(times, spoilt, cut));
  });

  test('its kernel misses none of the usual texts, and makes one look at a minute do for all of its times', () => {
    const texts = Array.from({ length: 100 }, (_, i) => new Date(Date.UTC(2026, 0, 5, 12) + i * 997).toISOString());
    const local = texts.map((text) => text.slice(0, 19).replace('T', ' '));
    for (const shift of [0, 1, 2, 3]) {
      expect(expectAgreement(utc, texts, shift)).toBe(0);
      expect(expectAgreement(newYork, local, shift)).toBe(0);
    }
  });

  test('a kernel whose first minute is none does not take the next for it', () => {
    const kernel = utc.kernel!();
    const values = new Float64Array(2);
    const misses = new Int32Array(2);
    const texts = bytesOf(['2026-13-01T00:00:00Z', '2026-01-01T00:00:00Z']);
    expect(kernel(texts, Int32Array.of(0, 1), values, misses)).toBe(1);
    expect([misses[0], values[1]]).toEqual([0, Date.UTC(2026, 0, 1)]);
  });
});
