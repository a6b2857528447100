import { fcOptions } from '@millrace/core/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { zoneOf } from './zone.js';

const hour = 3_600_000;

describe('zoneOf', () => {
  test('New York in winter and in summer', () => {
    const zone = zoneOf('America/New_York');
    expect(zone(Date.UTC(2021, 0, 1, 0, 30))).toBe(Date.UTC(2021, 0, 1, 5, 30));
    expect(zone(Date.UTC(2021, 6, 1, 0, 30))).toBe(Date.UTC(2021, 6, 1, 4, 30));
  });

  test('of an hour that comes twice it takes the first', () => {
    expect(zoneOf('America/New_York')(Date.UTC(2026, 10, 1, 1, 30))).toBe(Date.UTC(2026, 10, 1, 5, 30));
    expect(zoneOf('Australia/Lord_Howe')(Date.UTC(2026, 3, 5, 1, 45))).toBe(Date.UTC(2026, 3, 4, 14, 45));
  });

  test('an hour that is skipped is none', () => {
    const zone = zoneOf('Europe/Copenhagen');
    expect(zone(Date.UTC(2026, 2, 29, 1, 59, 59, 999))).toBe(Date.UTC(2026, 2, 29, 0, 59, 59, 999));
    expect(zone(Date.UTC(2026, 2, 29, 2, 0))).toBeNaN();
    expect(zone(Date.UTC(2026, 2, 29, 2, 59, 59, 999))).toBeNaN();
    expect(zone(Date.UTC(2026, 2, 29, 3, 0))).toBe(Date.UTC(2026, 2, 29, 1, 0));
  });

  test('offsets of seconds, and changes that are no full minute', () => {
    expect(zoneOf('America/New_York')(Date.UTC(1850, 0, 1))).toBe(Date.UTC(1850, 0, 1, 4, 56, 2));
    const monrovia = zoneOf('Africa/Monrovia');
    expect(monrovia(Date.UTC(1972, 0, 6, 23, 59, 59))).toBe(Date.UTC(1972, 0, 7, 0, 44, 29));
    expect(monrovia(Date.UTC(1972, 0, 7, 0, 44, 30))).toBe(Date.UTC(1972, 0, 7, 0, 44, 30));
  });

  test('is the inverse of what clocks show, wherever they show an hour once', () => {
    const name = 'America/New_York';
    const zone = zoneOf(name);
    const clock = new Intl.DateTimeFormat('sv-SE', { timeZone: name, dateStyle: 'short', timeStyle: 'medium' });
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(1970, 0) / 1000, max: Date.UTC(2037, 0) / 1000 }), (second) => {
        const instant = second * 1000;
        const local = Date.parse(`${clock.format(instant).replace(' ', 'T')}Z`);
        const found = zone(local);
        // The second of two equal hours cannot be told from the first.
        expect([instant, instant - hour]).toContain(found);
        if (found !== instant) expect(clock.format(found)).toBe(clock.format(instant));
      }),
      fcOptions(500),
    );
  });

  test('refuses what is no zone', () => {
    expect(() => zoneOf('Mars/Olympus')).toThrow("zone is 'Mars/Olympus', which is no time zone");
  });
});
